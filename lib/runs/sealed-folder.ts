/**
 * A folder of files that is there whole or not at all, and that tells when it was changed since: files are written
 * under a temporary name, flushed, listed with size and SHA-256 in a manifest, and then get their name at once.
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

/** Behind the name of what is being written. Left behind, it may be removed. */
export const unfinishedSuffix = '.partial';

/** What is wrong with a folder, as the end of a sentence that begins with its name. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/**
 * Writes the folder. Nothing may bear its name yet.
 * @throws the system's error if it cannot; then nothing is left behind, as far as the system lets that be
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
    // No newline at the end: a file that lacks its last byte has to be seen as damaged.
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
 * Reads all files of the folder, each compared with the manifest.
 * @throws DamagedError that names the file and says what is wrong with it
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
      throw new DamagedError(`is damaged: the checksum of ${name} is not the one it was written with`);
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
    // Whatever JSON a damaged file may still be.
    Object.values(manifest.files).forEach(({ bytes: size, sha256: digest }) => [size, digest]);
  } catch {
    throw new DamagedError(`is damaged: ${manifestName} is no manifest`);
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

/** A new name is on disk only when its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
