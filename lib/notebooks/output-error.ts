import { codeOf, messageOf, UserError } from '../runtime/errors';

const reasons: Readonly<Record<string, string | undefined>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a file stands where a folder has to be',
  EEXIST: 'a file or a broken link stands where a folder has to be',
  EISDIR: 'a folder stands where a file has to be',
  ELOOP: 'a link in its path leads back to itself',
  ENAMETOOLONG: 'a name in its path is too long',
  ENOENT: 'the system allows no such file or folder there',
};

/**
 * Puts a system error into a sentence: what can't be written, and why.
 * @param place the file or folder that could not be written
 * @returns undefined if it is not a system error
 */
export function unwritableText(error: unknown, place: string): string | undefined {
  const code = codeOf(error);
  if (error instanceof UserError || code === undefined) return undefined;
  const reason = reasons[code];
  return `${place} can't be written: ${reason === undefined ? messageOf(error) : `${reason} (${code})`}.`;
}

/** The output of a notebook that was run or published can't be written. */
export class OutputError extends UserError {
  /**
   * Puts a system error into a sentence.
   * @param place the file or folder that could not be written
   * @returns the sentence as an OutputError; any other error unchanged
   */
  static from(error: unknown, place: string): unknown {
    const text = unwritableText(error, place);
    return text === undefined ? error : new OutputError(text, { cause: error });
  }
}
