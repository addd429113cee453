/**
 * The proof of the unpacked files' origin: which archive they came from, and the sha256 of each. It is written only
 * while unpacking an archive whose own sha256 was checked, and compared at every load. So files that were changed, or
 * cut short by a power failure, are found, and only files with this proof are called CIFAR-10.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { codeOf, UserError } from '../runtime/errors';
import { expectReadableFile } from './files';

export const manifestFile = 'manifest.json';

export interface Manifest {
  /** sha256 of the archive. */
  readonly archive: string;
  /** sha256 of each file, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export function writeManifest(folder: string, manifest: Manifest): void {
  fs.writeFileSync(path.join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The sha256 that `file`, a name or a path, must have; undefined if the manifest doesn't list it. */
export function expectedSum(manifest: Manifest, file: string): string | undefined {
  return manifest.files[path.basename(file)];
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { archive, files } = value as Record<string, unknown>;
  if (typeof archive !== 'string' || typeof files !== 'object' || files === null) return false;
  return Object.values(files).every((sum) => typeof sum === 'string');
}

/**
 * @returns undefined if the folder has none
 * @throws UserError if the file exists and is not a manifest
 */
export function readManifest(folder: string): Manifest | undefined {
  const file = path.join(folder, manifestFile);
  let value: unknown;
  expectReadableFile(file);
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (isManifest(value)) return value;
  throw new UserError(
    `${file} is damaged: expected JSON with "archive" and "files", each a sha256. ` +
      `Remove the folder and run \`npm run data -- fetch\`.`,
  );
}
