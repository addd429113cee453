/** Where outputs are to go: checked before anything runs, since a night's work would be lost afterwards. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { attempt, temporaryName } from './files';
import { unwritableText } from './output-error';

/** A disk that does not hold this many bytes holds no notebook. */
const PROBE_BYTES = 4096;

/**
 * Makes sure that no output takes the place of a notebook it may be made from. Files are compared themselves, not
 * their paths, so that neither a symbolic nor a hard link hides one.
 * @param outputs files that are to be written
 * @param sources notebooks that have to stay as they are
 * @throws UserError that names the output
 */
export function needNoSource(outputs: readonly string[], sources: readonly string[]): void {
  const kept = new Map(sources.flatMap((source) => fileIdentity(source).map((id) => [id, source])));
  for (const output of outputs) {
    const [identity] = fileIdentity(output);
    const source = kept.get(identity);
    if (source === undefined) continue;
    const which =
      path.resolve(source) === path.resolve(output) ? '' : `, which is the same file as ${output}`;
    throw new UserError(
      `The notebook ${source}${which} would be overwritten by its output: name another folder with --out.`,
    );
  }
}

/** Device and inode of a file, links followed; empty if there is no file. */
function fileIdentity(file: string): string[] {
  try {
    const { dev, ino } = fs.statSync(file, { bigint: true });
    return [`${dev}:${ino}`];
  } catch {
    return [];
  }
}

/** @throws UserError if one of the files to be written is a folder */
export function needNoFolder(outputs: readonly string[]): void {
  const folder = outputs.find((output) => isFolder(output));
  if (folder === undefined) return;
  throw new UserError(
    `${folder} can't be written: a folder has that name. Remove it, or name another --out.`,
  );
}

function isFolder(file: string): boolean {
  try {
    return fs.lstatSync(file).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes folders, with those above them, and tries to write in each.
 * @throws UserError for the first that can't be written; then the folders made here are gone again
 */
export function prepareFolders(folders: readonly string[]): void {
  const made: string[] = [];
  for (const folder of folders) {
    try {
      makeFolder(folder, made);
      tryToWrite(folder);
    } catch (error) {
      for (const one of made.reverse()) {
        attempt(() => {
          fs.rmdirSync(one);
        });
      }
      const text = unwritableText(error, `The folder ${folder}`);
      throw text === undefined
        ? error
        : new UserError(`${text} Name another one with --out.`, { cause: error });
    }
  }
}

/** Step by step: `fs.mkdirSync` with `recursive` never returns for a folder below /proc. */
function makeFolder(folder: string, made: string[]): void {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    try {
      fs.mkdirSync(one);
      made.push(one);
    } catch (error) {
      // Another batch may have made it meanwhile.
      if (!isFolder(one)) throw error;
    }
  }
}

function tryToWrite(folder: string): void {
  const probe = temporaryName(path.join(folder, 'probe'));
  try {
    fs.writeFileSync(probe, Buffer.alloc(PROBE_BYTES));
  } finally {
    attempt(() => {
      fs.rmSync(probe, { force: true });
    });
  }
}
