/** The file or folder that something is saved as: there whole, or not at all. */
import { rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';

/** @throws UserError if something is there that may not be replaced */
export async function checkTarget(target: string, overwrite: boolean): Promise<void> {
  if (overwrite || !(await isThere(target))) return;
  throw new UserError(
    `${shownPath(target)} is there already. Name another place, or replace it with overwrite: true (in a terminal --overwrite).`,
  );
}

/**
 * Has `write` make files in a folder beside the target, then moves what belongs there into place. Whatever goes wrong, the
 * folder is removed and the target is what it was; a process that is killed outright leaves at most the folder,
 * `NAME.PID.partial`.
 * @param write returns the paths of what it made, each with the place it goes to
 */
export async function placed(
  target: string,
  overwrite: boolean,
  write: (folder: string) => Promise<readonly (readonly [made: string, place: string])[]>,
): Promise<void> {
  await checkTarget(target, overwrite);
  const folder = `${target}.${process.pid}.partial`;
  const remove = async (): Promise<void> => fs.rm(folder, { recursive: true, force: true });
  // Ctrl+C ends commands by an exit, which waits for no promise.
  const removeAtOnce = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', removeAtOnce);
  try {
    await remove();
    await fs.mkdir(folder, { recursive: true });
    const all = await write(folder);
    // Again: writing takes its time, and another process may have been faster.
    await checkTarget(target, overwrite);
    for (const [i, [made, place]] of all.entries()) {
      await replaced(made, place, path.join(folder, `before-${i}`));
    }
  } catch (error) {
    if (error instanceof UserError || codeOf(error) === undefined) throw error;
    throw new UserError(`${shownPath(target)} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await remove();
    process.off('exit', removeAtOnce);
  }
}

/** A folder can't be renamed over another one, so what is there makes way first. */
async function replaced(made: string, place: string, before: string): Promise<void> {
  const wasThere = await isThere(place);
  if (wasThere) await fs.rename(place, before);
  try {
    await fs.rename(made, place);
  } catch (error) {
    if (wasThere) await fs.rename(before, place);
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
}
