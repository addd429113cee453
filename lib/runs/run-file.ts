/** Every read of a file in a run's folder goes through here. */
import * as fs from 'node:fs';
import { codeOf, messageOf } from '../runtime/errors';

/** What to do about a file that cannot be read. */
type Remedy = 'move away' | 'permit' | 'update the project' | 'check the disk';

/**
 * Something is there, but not a file that can be read. The message ends a sentence that starts with the file's name.
 */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';

  constructor(
    message: string,
    readonly remedy: Remedy,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Reads a file as a whole. Never waits: a named pipe in its place is refused, not read.
 * @returns undefined if there is no such file
 * @throws UnreadableError for anything but a file, and for a file that the system does not let us read
 */
export function readRunFile(file: string): Buffer | undefined {
  let opened: number;
  try {
    opened = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw unreadable(error);
  }
  try {
    const stats = fs.fstatSync(opened);
    if (!stats.isFile()) throw new UnreadableError(`is ${kindOf(stats)}, not a file`, 'move away');
    return fs.readFileSync(opened);
  } catch (error) {
    throw error instanceof UnreadableError ? error : unreadable(error);
  } finally {
    fs.closeSync(opened);
  }
}

function unreadable(error: unknown): UnreadableError {
  const cause = { cause: error };
  switch (codeOf(error)) {
    case 'ELOOP':
      return new UnreadableError('is a link that leads back to itself', 'move away', cause);
    case 'ENXIO':
      return new UnreadableError('is a socket or a device, not a file', 'move away', cause);
    case 'EACCES':
    case 'EPERM':
      return new UnreadableError('cannot be read: you do not have permission', 'permit', cause);
    default:
      return new UnreadableError(`cannot be read (${messageOf(error)})`, 'check the disk', cause);
  }
}

function kindOf(stats: fs.Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return 'a device';
}
