import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { dataDir } from '../runtime/paths';
import { findBatches, readCifar10 } from './cifar10';
import { exists } from './files';
import { sha256File } from './hash';
import { manifestFile, readManifest } from './manifest';
import { batchesFolder, type Cifar10Release, officialRelease } from './release';
import { type Environment, setting } from './settings';
import { grouped } from './text';

/**
 * Checks CIFAR-10 on disk (CIFAR10_DIR, else data/): every file against its sha256, and every record.
 * @returns what was found, in readable lines
 * @throws UserError if there is none, or that names all files that differ
 */
export async function verifyCifar10(
  env: Environment = process.env,
  dataFolder: string = dataDir,
  release: Cifar10Release = officialRelease,
): Promise<string[]> {
  const named = setting(env, 'CIFAR10_DIR');
  const folder =
    named === undefined ? path.join(dataFolder, batchesFolder) : findBatches(named, 'CIFAR10_DIR');
  if (!exists(folder)) {
    throw new UserError(
      `There is no ${folder} to verify; run \`npm run data -- fetch\`, or set CIFAR10_DIR.`,
    );
  }

  const lines: string[] = [];
  const differing: string[] = [];
  for (const [name, expected] of Object.entries(readManifest(folder)?.files ?? {})) {
    const file = path.join(folder, name);
    const got = exists(file) ? await sha256File(file) : 'missing';
    if (got === expected) lines.push(`ok  ${got}  ${name}`);
    else differing.push(`${name} (${got}, expected ${expected})`);
  }
  if (differing.length > 0) {
    throw new UserError(
      `${folder} differs from ${manifestFile} in it: ${differing.join(', ')}. ` +
        `Remove the folder and run \`npm run data -- fetch\`.`,
    );
  }

  const { train, test, verified } = await readCifar10(folder, release);
  lines.push(
    `${folder}: ${grouped(train.count + test.count)} records, all with sizes and labels as expected.`,
  );
  lines.push(
    verified
      ? 'Every file is as in the official archive: this is CIFAR-10.'
      : `No ${manifestFile} of the official archive lies beside the files, so nothing proves that this is CIFAR-10.`,
  );
  return lines;
}
