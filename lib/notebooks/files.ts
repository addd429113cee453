/** Writing files atomically, and hashing their content. */
import { createHash, type Hash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { OutputError } from './output-error';

/** The longest file name that file systems allow, in bytes. */
const LONGEST_NAME = 255;

/** A hidden name beside `file` that no other process uses; {@link removeTemporaries} finds it. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
}

/**
 * By how many bytes a notebook's name is too long for its output files and their temporary names; 0 if it fits.
 */
export function nameExcess(name: string): number {
  // The longest is that of nbconvert's page, which has its extension twice. A process id has up to seven digits.
  const longest = `.${name}.html.1234567.tmp.html`;
  return Math.max(0, Buffer.byteLength(longest) - LONGEST_NAME);
}

/**
 * Writes a file whole or not at all.
 * @throws OutputError if it can't be written; no temporary file is left behind
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = temporaryName(file);
  try {
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, file);
  } catch (error) {
    attempt(() => {
      fs.rmSync(temporary, { force: true });
    });
    throw OutputError.from(error, file);
  }
}

/** Cleans up after an error. An error here is ignored, so that it doesn't hide the first one. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // The first error matters.
  }
}
/** Reads a record of this version; undefined if there is none, or it can't be read. */
export function readVersioned<T extends { readonly version: number }>(
  file: string,
  version: T['version'],
): T | undefined {
  try {
    const record = JSON.parse(fs.readFileSync(file, 'utf8')) as T;
    return record.version === version ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Removes temporary files that killed processes left beside `file`. The caller must hold its lock. */
export function removeTemporaries(file: string): void {
  if (!fs.existsSync(path.dirname(file))) return;
  const start = `.${path.basename(file)}.`;
  for (const name of fs.readdirSync(path.dirname(file))) {
    if (name.startsWith(start) && /\.tmp(\.html)?$/.test(name)) {
      fs.rmSync(path.join(path.dirname(file), name), { force: true });
    }
  }
}

export function hashFile(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Adds files to a hash, each with its name and length, so that different sets of files give different hashes. */
export function addFiles(hash: Hash, root: string, files: readonly string[]): void {
  for (const file of files) {
    const content = fs.readFileSync(file);
    hash.update(`${path.relative(root, file)}\n${content.length}\n`).update(content);
  }
}
