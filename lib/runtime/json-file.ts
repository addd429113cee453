/** `--json FILE`, as every script that takes it writes it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from './errors';

/**
 * Checks that a result can be written to `file`, to be called before the work begins: hours of training must not end
 * in a file that can't be written.
 * @param file undefined: nobody asked for one
 * @returns writes the result, whole or not at all; nothing without a file
 * @throws UserError now, or when the result is written, with the reason and what to do
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

/** Throws what writing would throw: a name that is too long, a folder that is missing or read-only. */
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
  // Something like /dev/stdout is written to, not replaced.
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

/** A link stays one: what it leads to is replaced. */
function targetOf(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

function unfinishedBeside(target: string): string {
  return path.join(path.dirname(target), `.json-${process.pid}.new`);
}
