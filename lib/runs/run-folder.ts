import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setNamed } from '../models/weights/named';
import { saveWeightsText } from '../models/weights/text';
import type { NamedArrays } from '../models/weights/named';
import { weightsDigest } from '../models/weights/digest';
import { CheckpointStore, type Role } from './checkpoint-store';
import { fingerprint } from './plain-data';
import { DamagedError } from './sealed-folder';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';
import type { Lock } from '../runtime/process-lock';
import type { tf } from '../runtime/tensorflow';
import { versions } from '../runtime/versions';
import { checkpointFiles, OtherRunError, parseCheckpoint, stateIn, type Checkpoint } from './checkpoint';
import type { Best, Extension, History } from './history';
import { clearFolder, lockRun, tidyFolder } from './held-folder';
import { inverse, renamed, type DescribedNetwork } from './lasting-names';
import { describeRun, identityOf, writeDescription, type Description } from './run-description';
import { runFiles, type RunFile, type RunSettings, type RunStudy, type Session } from './run-files';
import { readRunJson, RunFileError, writeRunJson, type RunJson } from './run-json';
import { runPath } from './run-path';
import { noteWeightsLeft, otherWeights, weightsLeftBy } from './starting-weights';
import type { TrainingState } from './state';
import { storing } from './storing';

export interface RunOptions {
  /** The name of the run's folder. */
  readonly name: string;
  /**
   * What to do if there is a run of that name already. `true`, the default, continues it, for more epochs if the options
   * are the same but for these; `false` deletes it and starts a new one; `'required'` continues it, and fails if there is
   * none; `'same'` continues it if the result is that of a run with these options, and otherwise deletes it and starts a
   * new one, with a notice.
   */
  readonly resume?: boolean | 'required' | 'same';
  /** Seconds between saves, which come in addition to those after every epoch. Defaults to 120. */
  readonly saveEvery?: number;
  /** Whether to write weights.txt when training is complete. */
  readonly weightsText?: boolean;
  /** What tables and figures call the run if the network's title is not enough: `AlexNet8, augmented`. */
  readonly label?: string;
  /** The study that the run is part of. */
  readonly study?: RunStudy;
  /** The folder that holds the runs. Defaults to `runsFolder()`. */
  readonly folder?: string;
}

/** The folder of one run, locked by this process. */
export class RunFolder {
  readonly #checkpoints: CheckpointStore;
  readonly #run: string;
  /** run.json as it is on disk, or is to be. Only the process that holds the lock changes it. */
  #description: RunFile;
  #standing: Description['standing'];
  /** More epochs that this call gave the run; null if it gave none. */
  readonly extension: Extension | null;

  private constructor(
    readonly folder: string,
    { description, extension, standing }: Description,
    readonly network: DescribedNetwork,
    readonly lock: Lock,
    readonly onNotice: (message: string) => void,
  ) {
    this.#description = description;
    this.#standing = standing;
    this.extension = extension;
    this.#checkpoints = checkpointsIn(folder);
    this.#run = fingerprint({ ...identityOf(description), architecture: network.architecture });
  }

  get name(): string {
    return this.#description.name;
  }

  /** What the run was given in addition to the epochs it began with, oldest first. */
  get extensions(): readonly Extension[] {
    return this.#description.extensions ?? [];
  }

  /**
   * Locks the folder, creating it if necessary, and removes unfinished files of a killed process. What is to be replaced is
   * there until `beginSession`.
   * @throws UserError if another process is training in it, it holds a run with other options, or it cannot be read
   *   or written
   */
  static async open(
    { name, resume = true, folder: parent, label, study }: RunOptions,
    settings: RunSettings,
    network: DescribedNetwork,
    onNotice: (message: string) => void,
  ): Promise<RunFolder> {
    const folder = runPath(name, parent);
    if (resume === 'required' && !(await isThere(path.join(folder, runFiles.run)))) {
      throw new UserError(`There is no run "${name}" to continue in ${path.dirname(folder)}.`);
    }
    const lock = await storing(folder, 'made', () => lockRun(name, folder, onNotice));
    try {
      await storing(folder, 'written', async () => {
        await checkpointsIn(folder).tidy();
        await tidyFolder(folder);
      });
      const told = new Set<string>();
      const once = (notice: string): void => {
        if (!told.has(notice)) onNotice(notice);
        told.add(notice);
      };
      const read = <Which extends RunJson>(which: Which) => readOrNotice(folder, which, once);
      const described = { name, settings, architecture: network.architecture, purpose: { label, study } };
      const description = await describeRun(folder, described, {
        read,
        replaces: !resume ? 'any' : resume === 'same' ? 'others' : 'none',
        onNotice,
      });
      if (description.standing !== 'replaces') for (const which of ['history', 'test'] as const) read(which);
      return new RunFolder(folder, description, network, lock, onNotice);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Gives the model the weights that the run continues from. A notice says so if the model holds neither the weights
   * that the run began with nor those that the run left in it.
   * @returns the rest of the newest checkpoint that is whole and fits; undefined if there is none
   * @throws UserError if the only whole ones are those of a run with other options
   */
  async restore(model: tf.LayersModel): Promise<Checkpoint | undefined> {
    if (this.#standing === 'replaces') return undefined;
    const held = weightsDigest(model);
    const left = weightsLeftBy(this.folder, model);
    const found = await this.#load('last', model);
    // A kill between two saves, or a damaged last one, leaves the weights of an epoch that is trained again.
    const best = found?.state.best ?? null;
    await storing(this.folder, 'written', () =>
      this.#checkpoints.removeUntil('best', (files) => isSame(stateIn(files).best, best)),
    );
    if (found && this.#standing === 'undescribed') await this.#describe();
    const { name, initialWeights: began } = this.#description;
    if (began !== undefined && held !== began && held !== left) {
      this.onNotice(otherWeights(name, began, held, found !== undefined));
    }
    return found;
  }

  /** Gives the model the weights of the best epoch. */
  async restoreBest(model: tf.LayersModel): Promise<Checkpoint | undefined> {
    return this.#load('best', model);
  }

  /** Saves a checkpoint. The previous one is kept until the next is saved. */
  async save(role: Role, model: tf.LayersModel, slots: NamedArrays, state: TrainingState): Promise<void> {
    this.#needLock();
    const files = await checkpointFiles(this.#run, model, renamed(slots, this.network.names), state);
    await storing(this.folder, 'written', () => this.#checkpoints.save(role, files));
  }

  async writeHistory(history: History, failure: string | null = null): Promise<void> {
    this.#needLock();
    await writeRunJson(this.folder, 'history', { ...history, failure });
  }

  /** A process that was suspended for long may find its run with another one when it goes on. */
  #needLock(): void {
    if (!this.lock.isLost()) return;
    throw new UserError(
      `Another process has taken over the run "${this.name}" while this one was suspended, and trains it now.`,
    );
  }

  async writeWeightsText(model: tf.LayersModel): Promise<void> {
    await storing(this.folder, 'written', () =>
      saveWeightsText(model, path.join(this.folder, runFiles.weightsText)),
    );
  }

  /**
   * Adds a session to run.json: from `step` on, the model is trained here and now, for as many epochs as this process was
   * asked for. Deletes the test result, which belongs to weights from before.
   */
  async beginSession(model: tf.LayersModel, step: number): Promise<void> {
    const session: Session = { started: new Date().toISOString(), fromStep: step, versions: versions() };
    const sessions = [...this.#description.sessions, session];
    const begun = step === 0 ? { initialWeights: weightsDigest(model) } : {};
    this.#description = { ...this.#description, ...begun, sessions };
    if (this.#standing === 'replaces') {
      await storing(this.folder, 'written', () => clearFolder(this.folder));
    }
    await this.#describe();
    await storing(this.folder, 'written', () =>
      fs.rm(path.join(this.folder, runFiles.test), { force: true }),
    );
  }

  async #describe(): Promise<void> {
    if (this.#standing === 'described') await writeRunJson(this.folder, 'run', this.#description);
    else await writeDescription(this.folder, this.network.architecture, this.#description);
    this.#standing = 'described';
  }

  /**
   * A folder in which nothing was begun, and in which there is nothing else, goes.
   * @param model as the run leaves it
   */
  async release(model: tf.LayersModel): Promise<void> {
    this.lock.release();
    if (this.#standing === 'described') noteWeightsLeft(this.folder, model);
    else await fs.rmdir(this.folder).catch(() => undefined);
  }

  async #load(role: Role, model: tf.LayersModel): Promise<Checkpoint | undefined> {
    const damaged: string[] = [];
    const ofOthers: string[] = [];
    const names = inverse(this.network.names);
    const found = await this.#checkpoints.load(
      role,
      (files, folder) => {
        const checkpoint = parseCheckpoint(this.#run, files);
        try {
          setNamed(model, model.weights, renamed(checkpoint.weights, names), folder);
        } catch (error) {
          throw new DamagedError(`does not fit the network: ${messageOf(error)}`);
        }
        if (damaged.length > 0) this.onNotice(`The one before it, ${path.basename(folder)}, is whole.`);
        return { ...checkpoint, slots: renamed(checkpoint.slots, names) };
      },
      (folder, damage) => {
        damaged.push(folder);
        if (damage instanceof OtherRunError) ofOthers.push(folder);
        this.onNotice(`The checkpoint ${shownPath(folder)} ${damage.message}.`);
      },
    );
    if (!found && ofOthers.length > 0 && role === 'last') throw ofOtherOptions(this.name, this.folder);
    if (!found && damaged.length > 0) {
      const which = role === 'last' ? ', so the run starts from the beginning' : ' of the best epoch';
      this.onNotice(`No whole checkpoint is left${which}.`);
    }
    return found;
  }
}

function isSame(a: Best | null, b: Best | null): boolean {
  return a?.epoch === b?.epoch && a?.valAccuracy === b?.valAccuracy;
}

function ofOtherOptions(name: string, folder: string): UserError {
  return new UserError(
    `The run "${name}" in ${shownPath(folder)} has lost its run.json, and its checkpoints are those of a run with other ` +
      'options. Train it with the options that it had, choose another name, or start it afresh with resume: false (in a ' +
      'terminal --fresh), which deletes the checkpoints.',
  );
}

function checkpointsIn(folder: string): CheckpointStore {
  return new CheckpointStore(path.join(folder, 'checkpoints'));
}

/** Whether there is anything at this path, a link included, wherever it leads. */
async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    (error: unknown) => !['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''),
  );
}

const consequences: Readonly<Record<RunJson, string>> = {
  run: 'It is written again; the list of earlier sessions is lost.',
  network: 'It is written again.',
  history: 'It is written again from the last checkpoint.',
  test: 'The test result is lost until the network is evaluated again.',
};

/** Reads a file of the run; a damaged one counts as missing, with a notice. */
function readOrNotice<Which extends RunJson>(
  folder: string,
  which: Which,
  onNotice: (message: string) => void,
): ReturnType<typeof readRunJson<Which>> {
  try {
    return readRunJson(folder, which);
  } catch (error) {
    if (!(error instanceof RunFileError) || !error.isDamaged) throw error;
    onNotice(`${error.problem}. ${consequences[which]}`);
    return undefined;
  }
}
