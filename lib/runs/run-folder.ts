import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf } from '../data/text';
import { weightsDigest } from '../models/weights/digest';
import { setNamed } from '../models/weights/named';
import { replaceFile } from '../models/weights/replace';
import { saveWeightsText } from '../models/weights/text';
import type { NamedArrays } from '../models/weights/named';
import { CheckpointStore, type Role } from './checkpoint-store';
import { differences, fingerprint } from './plain-data';
import { DamagedError, unfinishedSuffix } from './sealed-folder';
import { UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';
import { acquireLock } from '../runtime/process-lock';
import type { tf } from '../runtime/tensorflow';
import { versions } from '../runtime/versions';
import { checkpointFiles, parseCheckpoint, type Checkpoint } from './checkpoint';
import type { History } from './history';
import { inverse, renamed, type DescribedNetwork } from './lasting-names';
import type {
  Architecture,
  HistoryFile,
  RunFile,
  RunPurpose,
  RunSettings,
  RunStudy,
  Session,
} from './run-files';
import { runFiles } from './run-files';
import { runPath } from './run-path';
import type { TrainingState } from './state';

export interface RunOptions {
  /** The name of the run's folder. */
  readonly name: string;
  /**
   * Whether to go on with a run of that name, where there is one. True unless told; false begins it anew, and takes
   * the old one away; 'required' fails where there is none; 'same' begins anew, with a notice, where the old one's
   * options were others.
   */
  readonly resume?: boolean | 'required' | 'same';
  /** Saves after so many seconds, as well as after every epoch. 120 unless told. */
  readonly saveEvery?: number;
  /** Whether to write weights.txt in the end. */
  readonly weightsText?: boolean;
  /** What tables and figures call the run, where the network's title is not enough: `AlexNet8, augmented`. */
  readonly label?: string;
  /** The study that the run is a part of. */
  readonly study?: RunStudy;
  /** Where runs are kept; `runsFolder()` unless told. */
  readonly folder?: string;
}

/** The weights in which a run left a network of this process. */
const leftWith = new WeakMap<tf.LayersModel, { readonly folder: string; readonly weights: string }>();

/** The folder of one run, held by this process alone. */
export class RunFolder {
  readonly #checkpoints: CheckpointStore;
  readonly #run: string;
  /** Those that the run began with before, if it did. */
  #initialWeights: string | undefined;

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly settings: RunSettings,
    readonly network: DescribedNetwork,
    readonly lock: { release(): void },
    readonly onNotice: (message: string) => void,
  ) {
    this.#checkpoints = new CheckpointStore(path.join(folder, 'checkpoints'));
    this.#run = fingerprint({ ...settings, architecture: network.architecture });
  }

  /**
   * Takes the folder, which is made where it is missing, and removes what a killed process left unfinished in it.
   * @throws UserError if another process trains in it, its options were others, or it cannot be written
   */
  static async open(
    { name, resume = true, folder: parent, label, study }: RunOptions,
    settings: RunSettings,
    network: DescribedNetwork,
    onNotice: (message: string) => void,
  ): Promise<RunFolder> {
    const folder = runPath(name, parent);
    if (resume === 'required' && !existsSync(path.join(folder, runFiles.run))) {
      throw new UserError(`There is no run "${name}" to go on with in ${path.dirname(folder)}.`);
    }
    const lock = await storing(folder, 'made', () => lockRun(name, folder));
    try {
      const run = new RunFolder(name, folder, settings, network, lock, onNotice);
      await storing(folder, 'written', async () => {
        await run.#tidy();
        if (!resume) await run.#clear();
      });
      await run.#describe(resume === 'same', { label, study });
      return run;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Gives the model the weights that the run goes on from, and says so if the model held others than the run began
   * with or left it in.
   * @returns what else the newest checkpoint holds that is whole and fits; undefined if there is none
   */
  async restore(model: tf.LayersModel): Promise<Checkpoint | undefined> {
    const held = weightsDigest(model);
    const left = leftWith.get(model);
    const found = await this.#load('last', model);
    const known = [this.#initialWeights, left?.folder === this.folder ? left.weights : undefined];
    if (this.#initialWeights !== undefined && !known.includes(held)) {
      this.onNotice(otherWeights(this.name, this.#initialWeights, held, found !== undefined));
    }
    return found;
  }

  /** Gives the model the weights of the best epoch. */
  async restoreBest(model: tf.LayersModel): Promise<Checkpoint | undefined> {
    return this.#load('best', model);
  }

  /** Saves a checkpoint. The one before it stays until the next. */
  async save(role: Role, model: tf.LayersModel, slots: NamedArrays, state: TrainingState): Promise<void> {
    const files = await checkpointFiles(this.#run, model, renamed(slots, this.network.names), state);
    await storing(this.folder, 'written', () => this.#checkpoints.save(role, files));
  }

  async writeHistory(history: History, failure: string | null = null): Promise<void> {
    const content: HistoryFile = { ...history, failure };
    await this.#write(runFiles.history, content);
  }

  async writeWeightsText(model: tf.LayersModel): Promise<void> {
    await storing(this.folder, 'written', () =>
      saveWeightsText(model, path.join(this.folder, runFiles.weightsText)),
    );
  }

  /**
   * Notes that training of the model goes on here and now, from `step` on; a test result from before it means nothing
   * any more.
   */
  async beginSession(model: tf.LayersModel, step: number): Promise<void> {
    const run = await this.#read<RunFile>(runFiles.run);
    const session: Session = { started: new Date().toISOString(), fromStep: step, versions: versions() };
    const sessions = [...(run?.sessions ?? []), session];
    const begun = step === 0 ? { initialWeights: weightsDigest(model) } : {};
    await this.#write(runFiles.run, { ...run, ...begun, sessions });
    await storing(this.folder, 'written', () =>
      fs.rm(path.join(this.folder, runFiles.test), { force: true }),
    );
  }

  /** @param model as the run leaves it */
  release(model: tf.LayersModel): void {
    this.lock.release();
    leftWith.set(model, { folder: this.folder, weights: weightsDigest(model) });
  }

  async #load(role: Role, model: tf.LayersModel): Promise<Checkpoint | undefined> {
    const damaged: string[] = [];
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
      (folder, problem) => {
        damaged.push(folder);
        this.onNotice(`The checkpoint ${shownPath(folder)} ${problem}.`);
      },
    );
    if (!found && damaged.length > 0) this.onNotice('No whole checkpoint is left before it.');
    return found;
  }

  /** Writes run.json, or compares with the one that is there. */
  async #describe(mayBeginAnew: boolean, purpose: RunPurpose): Promise<void> {
    const { name } = this;
    const { architecture } = this.network;
    const before = await this.#read<RunFile>(runFiles.run);
    const network = await this.#read<Architecture>(runFiles.network);
    if (before && network) {
      const { settings } = before;
      const different = differences(
        { ...settings, architecture: network },
        { ...this.settings, architecture },
      );
      if (different.length === 0) {
        const { label, study, initialWeights } = before;
        this.#initialWeights = initialWeights;
        const isSame = differences({ label, study }, purpose).length === 0;
        if (!isSame) await this.#write(runFiles.run, { ...before, ...purpose });
        return;
      }
      if (!mayBeginAnew) throw otherOptions(name, different);
      this.onNotice(begunAnew(name, different));
      await storing(this.folder, 'written', () => this.#clear());
    }
    await this.#write(runFiles.network, architecture);
    const content: RunFile = {
      format: 1,
      name,
      created: new Date().toISOString(),
      ...purpose,
      settings: this.settings,
      sessions: [],
    };
    await this.#write(runFiles.run, content);
  }

  /** @returns undefined if there is no such file, or it is no JSON, which is said */
  async #read<T>(name: string): Promise<T | undefined> {
    const file = path.join(this.folder, name);
    try {
      return JSON.parse(await fs.readFile(file, 'utf8')) as T;
    } catch (error) {
      if (error instanceof SyntaxError) this.onNotice(`${file} is damaged, and is written anew.`);
      else if (codeOf(error) !== 'ENOENT') throw error;
      return undefined;
    }
  }

  async #write(name: string, content: object): Promise<void> {
    const json = `${JSON.stringify(content, null, 2)}\n`;
    await storing(this.folder, 'written', () =>
      replaceFile(path.join(this.folder, name), (file) => fs.writeFile(file, json)),
    );
  }

  async #tidy(): Promise<void> {
    await this.#checkpoints.tidy();
    for (const name of await fs.readdir(this.folder)) {
      // Nobody can be removing a dead process's lock any more, now that this one has it.
      const stray = name.endsWith(unfinishedSuffix) || name.startsWith(`${runFiles.lock}.`);
      if (stray) await fs.rm(path.join(this.folder, name), { force: true });
    }
  }

  /** The description goes last: as long as it is there, the rest is what it describes. */
  async #clear(): Promise<void> {
    const names = (await fs.readdir(this.folder)).filter((name) => name !== runFiles.lock);
    for (const name of [...names.filter((each) => each !== runFiles.run), runFiles.run]) {
      await fs.rm(path.join(this.folder, name), { recursive: true, force: true });
    }
  }
}

function lockRun(name: string, folder: string): ReturnType<typeof acquireLock> {
  return acquireLock(path.join(folder, runFiles.lock), {
    onWait: (holder) => {
      const who = holder === process.pid ? 'This process' : `The process ${holder}`;
      throw new UserError(
        `${who} is training the run "${name}" at this moment. Wait until it is done, or take another name.`,
      );
    },
  });
}

const shownDifferences = 12;

function otherOptions(name: string, different: readonly string[]): UserError {
  return new UserError(
    [
      `There is a run "${name}" with other options:`,
      ...shown(different),
      'Take another name, or begin it anew with resume: false (in a terminal --fresh), which removes the old one.',
    ].join('\n'),
  );
}

function otherWeights(name: string, began: string, held: string, goesOn: boolean): string {
  const [there, here] = [began, held].map((digest) => digest.slice(0, 12));
  return (
    `The run "${name}" began with other weights (${there}) than the network holds (${here}): ` +
    (goesOn
      ? 'these are given up for its own. To train them, take another name, or begin the run anew with ' +
        'resume: false (in a terminal --fresh).'
      : 'it begins anew with these.')
  );
}

function begunAnew(name: string, different: readonly string[]): string {
  return [`The run "${name}" had other options, and is begun anew:`, ...shown(different)].join('\n');
}

function shown(different: readonly string[]): string[] {
  const more = different.length - shownDifferences;
  return [
    ...different.slice(0, shownDifferences).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

const reasons: Readonly<Record<string, string | undefined>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'it may not be written',
  ENOTDIR: 'a file stands where a folder has to be',
  EEXIST: 'a file stands where a folder has to be',
};

/** Says in a sentence what keeps a folder from being written. */
async function storing<T>(folder: string, done: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = reasons[codeOf(error) ?? ''];
    if (error instanceof UserError || reason === undefined) throw error;
    throw new UserError(
      `The run's folder ${folder} cannot be ${done}: ${reason} (${messageOf(error)}). ` +
        'What was saved before is still there: make room, and start again to go on from it.',
      { cause: error },
    );
  }
}
