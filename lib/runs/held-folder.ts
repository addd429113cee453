/** A run's folder while one process holds it: locked, tidied, emptied. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { acquireLock } from '../runtime/process-lock';
import { runFiles } from './run-files';
import { unfinishedSuffix } from './sealed-folder';

/** @throws UserError if another process holds the run, or something else is in the lock's place */
export async function lockRun(name: string, folder: string): ReturnType<typeof acquireLock> {
  try {
    return await acquireLock(path.join(folder, runFiles.lock), {
      onWait: (holder) => {
        const who = holder === process.pid ? 'This process' : `Process ${holder}`;
        throw new UserError(
          `${who} is training the run "${name}" right now. Wait until it has finished, or choose another name.`,
        );
      },
    });
  } catch (error) {
    // What the lock itself says is written for a reader, and has no code.
    if (codeOf(error) === undefined) throw new UserError(messageOf(error), { cause: error });
    throw error;
  }
}

/** Removes what a killed process left unfinished, checkpoints aside. Only for whoever holds the lock. */
export async function tidyFolder(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    // Nobody can be removing a dead process's lock any more, since this process holds it.
    const stray = name.endsWith(unfinishedSuffix) || name.startsWith(`${runFiles.lock}.`);
    if (stray) await fs.rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Empties the folder but for its lock. The description goes last: as long as it is there, it describes everything else.
 */
export async function clearFolder(folder: string): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => name !== runFiles.lock);
  for (const name of [...names.filter((each) => each !== runFiles.run), runFiles.run]) {
    await fs.rm(path.join(folder, name), { recursive: true, force: true });
  }
}
