/** A run's folder while one process holds it: locked, tidied, emptied. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { acquireLock } from '../runtime/process-lock';
import { runFiles } from './run-files';
import { unfinishedSuffix } from './sealed-folder';

/**
 * Locks a run. A lock that a process on another machine has left is watched first, with a notice.
 * @throws UserError if another process holds the run, or something else is in the lock's place
 */
export async function lockRun(
  name: string,
  folder: string,
  onNotice: (message: string) => void = () => undefined,
): ReturnType<typeof acquireLock> {
  try {
    return await acquireLock(path.join(folder, runFiles.lock), {
      onDoubt: (holder, host, quietMs) => {
        onNotice(
          `Process ${holder} on ${host} has locked the run "${name}". If it does not stir for ` +
            `${Math.round(quietMs / 1000)} s, it counts as dead.`,
        );
      },
      onWait: (holder, host) => {
        const where = host === undefined ? '' : ` on ${host}`;
        const who = holder === process.pid && !where ? 'This process' : `Process ${holder}${where}`;
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
