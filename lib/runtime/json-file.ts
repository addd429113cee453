/** Writes the file named by `--json FILE`, for every script that has the option. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from './errors';

/**
 * Checks that a result can be written to `file`. Call it before the work begins, so that hours of training don't end
 * with a file that can't be written.
 * @param file undefined if the option is missing
 * @returns a function that writes the result, whole or not at all; without a file it does nothing
 * @throws UserError, here or from the returned function, with the reason and what to do
 */
export function jsonWriter(file: string | undefined): (content: object) => void {
  if (file === undefined) return () => undefined;
  const asSentence = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `--json is "${file}", which cannot be written (${reason}); expected a file in a folder that exists.`,
      );
    }
  };
  asSentence(() => {
    checkPlace(file);
  });
  return (content) => {
    asSentence(() => {
      write(file, `${JSON.stringify(content, null, 2)}\n`);
    });
  };
}

/** Throws what writing would throw, for instance for a name that is too long or a missing or read-only folder. */
function checkPlace(file: string): void {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory()) throw new Error('it is a folder');
  if (stats && !stats.isFile()) return;
  const probe = unfinishedBeside(targetOf(file));
  fs.writeFileSync(probe, '');
  fs.rmSync(probe);
}

function write(file: string, text: string): void {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  // A device such as /dev/stdout is written to, not replaced.
  if (stats && !stats.isFile()) {
    fs.writeFileSync(file, text);
    return;
  }
  const target = targetOf(file);
  const unfinished = unfinishedBeside(target);
  try {
    fs.writeFileSync(unfinished, text);
    fs.renameSync(unfinished, target);
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

/** Through a link, its target is replaced, not the link. */
function targetOf(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

function unfinishedBeside(target: string): string {
  return path.join(path.dirname(target), `.json-${process.pid}.new`);
}
