/** A run's folder as one file, to be carried to another machine. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as tar from 'tar';
import { averageSlot } from '../recipe';
import { messageOf, UserError } from '../runtime/errors';
import { withoutSlots } from './checkpoint';
import { CheckpointStore } from './checkpoint-store';
import { clearFolder, lockRun } from './held-folder';
import { runFiles } from './run-files';
import { readRunJson } from './run-json';
import { runPath } from './run-path';
import { storing } from './storing';

/** Beside the runs, since a folder can only be renamed within a disk. It holds no run itself. */
const arriving = '.arriving';

const checkpoints = 'checkpoints';

export interface PackOptions {
  /** Whether the optimizer's slots come along, so that training can go on. Weights averaged over steps always do. */
  readonly slots: boolean;
}

/**
 * Writes a run that no process is training to a file: its JSON files, the weights as text and event files for TensorBoard if
 * there are any, and the newest whole checkpoint of each kind.
 * @param file must not exist; its folder has room for a copy of the run
 */
export async function packRun(folder: string, file: string, { slots }: PackOptions): Promise<void> {
  const copy = `${file}.folder`;
  await fs.mkdir(copy);
  try {
    const names: string[] = [];
    const wanted = [runFiles.run, runFiles.network, runFiles.history, runFiles.test, runFiles.weightsText];
    for (const name of [...wanted, ...(await eventFilesIn(folder))]) {
      await fs.mkdir(path.dirname(path.join(copy, name)), { recursive: true });
      const found = await fs.copyFile(path.join(folder, name), path.join(copy, name)).then(
        () => true,
        () => false,
      );
      if (found) names.push(name);
    }
    const description = readRunJson(folder, 'run');
    if (!description) throw new UserError(`There is no run in ${folder}.`);
    const average = averageSlot(description.settings.recipe.optimizer);
    const keeps = (name: string): boolean => average !== null && name.endsWith(`/${average}`);
    await new CheckpointStore(path.join(folder, checkpoints)).copyNewest(
      path.join(copy, checkpoints),
      slots ? (files) => files : (files) => withoutSlots(files, keeps),
    );
    const all = (await fs.readdir(copy)).includes(checkpoints) ? [...names, checkpoints] : names;
    await tar.create({ file, cwd: copy, portable: true }, all);
  } finally {
    await fs.rm(copy, { recursive: true, force: true });
  }
}

/**
 * Puts a packed run in its place, whole or not at all. A run of that name that is there is replaced.
 * @param parent the folder that holds the runs
 * @throws UserError if the file holds another run, somebody is training a run of that name, or it cannot be written
 */
export async function unpackRun(file: string, name: string, parent: string): Promise<void> {
  const folder = runPath(name, parent);
  const staged = path.join(parent, arriving, `${name}-${process.pid}`);
  await storing(folder, 'written', async () => {
    await fs.rm(staged, { recursive: true, force: true });
    await fs.mkdir(staged, { recursive: true });
    try {
      await extract(file, staged);
      const held = readRunJson(staged, 'run')?.name;
      if (held !== name)
        throw new UserError(`What arrived for the run "${name}" is ${held ? `"${held}"` : 'no run'}.`);
      await moveIn(staged, name, folder);
    } finally {
      await fs.rm(staged, { recursive: true, force: true });
      // Others may be arriving.
      await fs.rmdir(path.dirname(staged)).catch(() => undefined);
    }
  });
}

/** Files that TensorBoard reads, in the run's folder and the folders inside it. */
async function eventFilesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const folders = ['.', ...entries.filter((each) => each.isDirectory()).map(({ name }) => name)];
  const names = await Promise.all(
    folders.map(async (inside) =>
      (await fs.readdir(path.join(folder, inside))).map((name) => path.join(inside, name)),
    ),
  );
  return names.flat().filter((name) => path.basename(name).startsWith(runFiles.eventsPrefix));
}

async function extract(file: string, folder: string): Promise<void> {
  try {
    // Nothing but files and folders: a link could lead out of the folder.
    const filter = (_path: string, entry: unknown): boolean =>
      ['File', 'OldFile', 'Directory'].includes((entry as { type: string }).type);
    await tar.extract({ file, cwd: folder, strict: true, filter });
  } catch (error) {
    throw new UserError(`A run arrived damaged (${messageOf(error)}).`, { cause: error });
  }
}

/** The description moves last: a folder without it is no run yet. */
async function moveIn(staged: string, name: string, folder: string): Promise<void> {
  const lock = await lockRun(name, folder);
  try {
    await clearFolder(folder);
    const names = (await fs.readdir(staged)).filter((each) => each !== runFiles.run);
    for (const each of [...names, runFiles.run]) {
      await fs.rename(path.join(staged, each), path.join(folder, each));
    }
  } finally {
    lock.release();
  }
}
