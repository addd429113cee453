import { createHash, type Hash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** A hidden name beside `file` that no other process uses; {@link removeTemporaries} finds it. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
}

/** Writes a file whole or not at all. */
export function writeWhole(file: string, content: string): void {
  const temporary = temporaryName(file);
  try {
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** A record of this version; undefined if there is none that can be read. */
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

/** Removes what killed processes left of `file`; only for who holds the lock on it. */
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

/** Adds files to a hash, each with its name and length, so that no two sets of files give the same. */
export function addFiles(hash: Hash, root: string, files: readonly string[]): void {
  for (const file of files) {
    const content = fs.readFileSync(file);
    hash.update(`${path.relative(root, file)}\n${content.length}\n`).update(content);
  }
}
