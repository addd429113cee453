/** Where exported notebooks go. */
import * as path from 'node:path';
import { nameExcess } from '../notebooks/files';
import { nameOf } from '../notebooks/notebook';
import { shortPath } from '../notebooks/outcome';
import { UserError } from '../runtime/errors';

/**
 * @param named makes the name of the exported file from the path of the notebook
 * @throws UserError if two would be one file, or a name is too long
 */
export function targetsIn(
  outDir: string,
  files: readonly string[],
  named: (file: string) => string,
): string[] {
  const targets = files.map((file) => path.join(outDir, named(file)));
  const clash = targets.find((target, i) => targets.indexOf(target) !== i);
  if (clash !== undefined) {
    throw new UserError(
      `Two notebooks would both be written as ${shortPath(clash)}: export them one by one, each with its own --out.`,
    );
  }
  const long = targets.find((target) => nameExcess(nameOf(target)) > 0);
  if (long === undefined) return targets;
  throw new UserError(`The name ${nameOf(long).slice(0, 40)}… is too long for a copy: rename the notebook.`);
}
