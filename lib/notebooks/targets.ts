/** Checks where outputs will go before anything runs, so that no long run is lost at its end. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { attempt, temporaryName } from './files';
import { unwritableText } from './output-error';

/** Written as a trial: a disk without room for this has no room for a notebook. */
const PROBE_BYTES = 4096;

/**
 * Makes sure that no output overwrites a source notebook. It compares the files themselves, not their paths, so that
 * symbolic and hard links are seen through.
 * @param outputs files that will be written
 * @param sources notebooks that must stay as they are
 * @throws UserError that names the notebook
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
      `The notebook ${source}${which} would be overwritten by an output: name another folder with --out.`,
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

/** @throws UserError if one of the outputs already exists as a folder */
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
 * Creates folders with their parents, and tries to write in each.
 * @throws UserError for the first that can't be written; the folders created here are removed again
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

/** One by one: `fs.mkdirSync` with `recursive` never returns for a folder below /proc. */
function makeFolder(folder: string, made: string[]): void {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    try {
      fs.mkdirSync(one);
      made.push(one);
    } catch (error) {
      // Another batch may have created it in the meantime.
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
