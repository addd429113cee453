/**
 * A folder of files that is either complete or absent, and that shows whether it was changed afterwards. Its files are
 * written to a folder with a temporary name, flushed, and listed with size and SHA-256 in a manifest; then the folder
 * is renamed.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { sha256 } from '../data/hash';
import { counted } from '../data/text';
import { readRunFile, UnreadableError } from './run-file';

export type Files = ReadonlyMap<string, Uint8Array>;

interface Manifest {
  readonly format: number;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

const manifestName = 'manifest.json';
const format = 1;

/** Added to the name of a file or folder that is being written. What a killed process leaves of it may be removed. */
export const unfinishedSuffix = '.partial';

/** What is wrong with a folder or file. The message ends a sentence that starts with its name. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/**
 * Writes the folder, which must not exist yet.
 * @throws the system's error if it fails; then nothing is left behind, as far as the system allows
 */
export async function writeSealed(folder: string, files: Files): Promise<void> {
  const temporary = folder + unfinishedSuffix;
  try {
    await fs.rm(temporary, { recursive: true, force: true });
    await fs.mkdir(temporary);
    for (const [name, bytes] of files) await writeFlushed(path.join(temporary, name), bytes);
    const manifest: Manifest = {
      format,
      files: Object.fromEntries(
        [...files].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
      ),
    };
    // No newline at the end: a file without its last byte must be seen to be damaged.
    const json = Buffer.from(JSON.stringify(manifest, null, 2));
    await writeFlushed(path.join(temporary, manifestName), json);
    await flushFolder(temporary);
    await fs.rename(temporary, folder);
    await flushFolder(path.dirname(folder));
  } catch (error) {
    await fs.rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Reads all files of the folder and compares each with the manifest.
 * @throws DamagedError that names the damaged file and says what is wrong with it
 */
export function readSealed(folder: string): Files {
  const manifest = readManifest(folder);
  const files = new Map<string, Uint8Array>();
  for (const [name, expected] of Object.entries(manifest.files)) {
    const bytes = readWhole(folder, name);
    if (bytes.length !== expected.bytes) {
      throw new DamagedError(
        `is damaged: ${name} has ${counted(bytes.length, 'byte')}, not ${counted(expected.bytes, 'byte')}`,
      );
    }
    if (sha256(bytes) !== expected.sha256) {
      throw new DamagedError(`is damaged: the content of ${name} does not match its checksum`);
    }
    files.set(name, bytes);
  }
  return files;
}

function readManifest(folder: string): Manifest {
  const bytes = readWhole(folder, manifestName);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
    // A damaged file may still be JSON, of any shape.
    Object.values(manifest.files).forEach(({ bytes: size, sha256: digest }) => [size, digest]);
  } catch {
    throw new DamagedError(`is damaged: ${manifestName} is not a manifest`);
  }
  if (manifest.format === format) return manifest;
  throw new DamagedError(`is of format ${manifest.format}, and this version of the project reads ${format}`);
}

function readWhole(folder: string, name: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readRunFile(path.join(folder, name));
  } catch (error) {
    if (error instanceof UnreadableError) throw new DamagedError(`is damaged: ${name} ${error.message}`);
    throw error;
  }
  if (bytes === undefined) throw new DamagedError(`is damaged: ${name} is missing`);
  return bytes;
}

async function writeFlushed(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name is on disk only once its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
