/** Looking at files before data is read from them. Every failure is one sentence that names the file. */
import * as fs from 'node:fs';
import { codeOf, messageOf, UserError } from '../runtime/errors';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; its owner can allow it with chmod',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only',
  EEXIST: 'something else of that name is in the way',
  ENOTDIR: 'a file is in the way of a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  ELOOP: 'it is a link that leads back to itself',
};

/**
 * A failure of the file system, as a sentence.
 * @param deed what can't be done to `place`, as a participle: 'read'
 */
export function failedTo(deed: string, place: string, error: unknown): UserError {
  const reason = reasons[codeOf(error) ?? ''] ?? messageOf(error);
  return new UserError(`${place} cannot be ${deed}: ${reason}.`);
}

/** @returns undefined if nothing is there */
function statsOf(place: string): fs.Stats | undefined {
  try {
    return fs.statSync(place, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw failedTo('read', place, error);
  }
}

/** Unlike `fs.existsSync`, throws if permissions hide whether it exists. */
export function exists(place: string): boolean {
  return statsOf(place) !== undefined;
}

/** The size of a file in bytes; 0 if there is none. */
export function sizeOf(file: string): number {
  return statsOf(file)?.size ?? 0;
}

export function isFolder(place: string): boolean {
  return statsOf(place)?.isDirectory() ?? false;
}

/** The names in a folder. */
export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    throw failedTo('read', folder, error);
  }
}

/**
 * Call this before opening a file: opening a FIFO waits for a writer, perhaps for ever, and a device may have no end.
 * A missing file is left to the caller.
 * @throws UserError if `file` exists, and is not a regular file or can't be read
 */
export function expectReadableFile(file: string): void {
  const stats = statsOf(file);
  if (!stats) return;
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a FIFO' : 'a device or a socket';
    throw new UserError(`${file} is ${kind}; expected a regular file.`);
  }
  try {
    fs.closeSync(fs.openSync(file, 'r'));
  } catch (error) {
    throw failedTo('read', file, error);
  }
}

/** Whether the operating system reported the error: such errors have a code. */
export function isSystemError(error: unknown): boolean {
  return codeOf(error) !== undefined;
}
