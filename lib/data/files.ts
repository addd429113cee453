import * as fs from 'node:fs';
import { UserError } from '../runtime/errors';

/** The size of a file in bytes; 0 if there is none. */
export function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Opening a FIFO waits for whoever writes to it, perhaps for ever; a device may have no end.
 * @throws UserError when `file` is there and is not a regular file
 */
export function expectRegularFile(file: string): void {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats || stats.isFile()) return;
  const kind = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a FIFO' : 'a device or socket';
  throw new UserError(`${file} is ${kind}; expected a regular file.`);
}
