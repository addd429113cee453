import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/**
 * Replaces a file so that a reader, at any time, finds either the old or the new content, whole: the new one is
 * written under a temporary name in the same folder, and renamed once it is on disk.
 * @param write writes the file of the temporary name
 */
export async function replaceFile(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.partial`;
  try {
    await write(temporary);
    await flush(temporary);
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/** Waits until a file is on disk, so that its new name cannot get there before its content. */
async function flush(file: string): Promise<void> {
  const handle = await fs.open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
