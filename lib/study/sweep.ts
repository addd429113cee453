import { sha256 } from '../data/hash';
import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import type { NetworkOptions } from '../models/network';
import { summary } from '../models/summary';
import { begunEpochs } from '../recipe';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks, TrainingProgress } from '../train/callbacks';
import type { History } from '../runs/history';
import type { RunOptions } from '../runs/run-folder';
import { lessonRun, type LessonRun } from '../lessons/lesson-run';
import type { ProfileName } from '../lessons/profiles';
import { DivergedError } from '../train/diverged';
import { spreadOf } from '../runs/results';
import { train, type TrainOptions } from '../train/train';
import { trainElsewhere, type ClusterChoice, type Training } from './elsewhere';
import { copyFinished, noteFinished, trainingOf } from './shared-runs';

/** One value of the varied hyperparameter. */
export interface Setting {
  /** What figures and tables call the setting: `32`. */
  readonly name: string;
  /** What is different in training. */
  readonly options?: TrainOptions;
  /** What is different in the network. */
  readonly network?: NetworkOptions;
  /** Builds another network. Defaults to the sweep's `build`. */
  readonly build?: (options: NetworkOptions) => tf.LayersModel;
}

export interface SweepOptions {
  /** What is varied: `batch size`. */
  readonly study: string;
  readonly settings: readonly Setting[];
  /** Each setting is trained once with each seed. */
  readonly seeds: readonly number[];
  readonly build: (options: NetworkOptions) => tf.LayersModel;
  /** Options that all settings share. They must include a validation: settings are compared by validation accuracy. */
  readonly base: TrainOptions;
  /** Part of the runs' names, so that each profile has its own runs. */
  readonly profile: ProfileName;
  readonly callbacks?: SweepCallbacks;
  /** Trains on the workers of this scheduler, such as `tls://host:8786`. Defaults to here. */
  readonly cluster?: string | ClusterChoice;
}

/** Called during a sweep. */
export interface SweepCallbacks {
  onStart?(sweep: Sweep): void;
  onProgress?(progress: SweepProgress): void;
  /** Called with each network once it is trained, or loaded, and before it is disposed. What it returns is awaited. */
  onTrained?(trained: TrainedSetting): void | Promise<void>;
  /** Called after each run; `sweep` holds all runs so far. */
  onRun?(sweep: Sweep): void;
  onEnd?(sweep: Sweep): void;
}

/** A network that a sweep has trained. */
export interface TrainedSetting {
  readonly setting: string;
  readonly seed: number;
  readonly model: tf.LayersModel;
  /** Its run, for `evaluate` to keep the result in. */
  readonly run: RunOptions;
}

export interface SweepProgress {
  readonly study: string;
  readonly setting: string;
  readonly seed: number;
  /** Counted from 1. */
  readonly run: number;
  readonly runs: number;
  readonly training: TrainingProgress;
  /** Estimated time until the last run is finished, assuming that each takes about as long as those before it. */
  readonly secondsLeft: number;
}

/** A setting trained with one seed. */
export interface SweepRun {
  readonly seed: number;
  readonly history: History;
}

export interface SweepPoint {
  readonly setting: string;
  readonly parameters: number;
  readonly runs: readonly SweepRun[];
  /** Why the setting's training failed; null if it did not. */
  readonly failure: string | null;
}

/** Runs that differ in one setting, and in their seeds. */
export interface Sweep {
  readonly study: string;
  /** Title of the network. */
  readonly network: string;
  readonly dataset: string;
  readonly points: readonly SweepPoint[];
  /** The number of runs when the sweep is complete. */
  readonly runs: number;
  /** True if the sweep was interrupted. Called again, it continues where it stopped. */
  readonly interrupted: boolean;
}

/**
 * Trains a network with each setting and each seed. Every run is stored as part of the study, so an interrupted sweep
 * continues where it stopped, and a finished one is only loaded. A setting that comes to the same as one of a sweep
 * before, as the default does in every study, is not trained again: its run is a copy. If a setting's loss is no longer finite, that is a
 * result, too: its point says so.
 * @throws UserError as `train` does, but not for such a loss
 */
export async function sweep(dataset: Dataset, options: SweepOptions): Promise<Sweep> {
  const { study, settings, seeds, callbacks = {} } = options;
  // All settings with one seed before the next seed, so that an interrupted sweep covers as many settings as possible.
  const jobs = seeds.flatMap((seed) => settings.map((setting) => ({ setting, seed })));
  const clock = new Clock(jobs.length);
  let now: Sweep = {
    ...{ study, dataset: dataset.name, points: [], runs: jobs.length, interrupted: false },
    network: titleOfBuilt(options),
  };
  callbacks.onStart?.(now);
  // Nothing else listens for interrupts between two runs.
  const interrupt = { isAsked: false };
  const forget = onInterrupt(() => (interrupt.isAsked = true));
  try {
    if (options.cluster !== undefined) {
      const trainings = trainingsOf(dataset, options, jobs);
      const isCut = await trainElsewhere(dataset, trainings, options.cluster);
      if (isCut) {
        now = { ...now, interrupted: true };
        callbacks.onEnd?.(now);
        return now;
      }
    }
    for (const [i, { setting, seed }] of jobs.entries()) {
      const place = { study, setting: setting.name, seed, run: i + 1, runs: jobs.length };
      clock.begin();
      const done = await runOf(dataset, options, setting, seed, (training) => {
        callbacks.onProgress?.({ ...place, training, secondsLeft: clock.secondsLeft(training.secondsLeft) });
      });
      clock.end();
      if (done.history?.interrupted !== true)
        now = { ...now, points: withRun(now.points, setting.name, seed, done) };
      const isCut = done.history?.interrupted === true || (interrupt.isAsked && i < jobs.length - 1);
      if (isCut) now = { ...now, interrupted: true };
      callbacks.onRun?.(now);
      if (isCut) break;
    }
  } finally {
    forget();
  }
  callbacks.onEnd?.(now);
  return now;
}

interface Job {
  readonly setting: Setting;
  readonly seed: number;
}

/** What each run of the sweep trains, as `runOf` would. Networks are built one by one, and disposed. */
function* trainingsOf(dataset: Dataset, sweep: SweepOptions, jobs: readonly Job[]): Generator<Training> {
  for (const { setting, seed } of jobs) {
    const { model, run, recipe } = planOf(dataset, sweep, setting, seed);
    try {
      yield { key: trainingOf(model, dataset, recipe), model, options: recipe, run };
    } finally {
      model.dispose();
    }
  }
}

interface Plan {
  readonly model: tf.LayersModel;
  readonly run: LessonRun & RunOptions;
  readonly recipe: TrainOptions;
}

function planOf(
  dataset: Dataset,
  { study, base, profile, build }: SweepOptions,
  { name: setting, options, network, build: ownBuild = build }: Setting,
  seed: number,
): Plan {
  const model = ownBuild({ ...network, seed });
  const run = {
    ...lessonRun(folderName(study, setting), profile, dataset, seed),
    ...{ label: titleOf(model), study: { name: study, setting } },
  };
  return { model, run, recipe: { ...base, ...options, seed } };
}

function titleOfBuilt({ build }: SweepOptions): string {
  const model = build({});
  const title = titleOf(model);
  model.dispose();
  return title;
}

/** Estimates the time left from the runs that were trained; loading a run takes almost no time. */
class Clock {
  #jobsLeft: number;
  #begun = 0;
  #hasTrained = false;
  readonly #trained: number[] = [];

  constructor(jobs: number) {
    this.#jobsLeft = jobs;
  }

  begin(): void {
    this.#begun = performance.now();
    this.#hasTrained = false;
    this.#jobsLeft--;
  }

  end(): void {
    if (this.#hasTrained) this.#trained.push(this.#elapsed());
  }

  secondsLeft(ofThis: number): number {
    this.#hasTrained = true;
    const usual = spreadOf([...this.#trained, this.#elapsed() + ofThis]).mean;
    return ofThis + usual * this.#jobsLeft;
  }

  #elapsed(): number {
    return (performance.now() - this.#begun) / 1000;
  }
}

interface Done {
  readonly parameters: number;
  /** Undefined if training failed. */
  readonly history: History | undefined;
  /** Why training failed; null if it did not. */
  readonly failure: string | null;
}

async function runOf(
  dataset: Dataset,
  options: SweepOptions,
  setting: Setting,
  seed: number,
  onBatch: (progress: TrainingProgress) => void,
): Promise<Done> {
  const notices: string[] = [];
  const announce: TrainCallbacks = {
    onStart: ({ history, recipe }) => {
      // Loading finished runs is what a sweep is expected to do; any other notice is worth a line.
      const isLoaded = history.epochs.length === begunEpochs(recipe) && notices.length === 1;
      if (!isLoaded && notices.length > 0) console.log(notices.join('\n'));
    },
  };
  const { model, run, recipe } = planOf(dataset, options, setting, seed);
  const { parameters } = summary(model);
  try {
    const training = trainingOf(model, dataset, recipe);
    await copyFinished(training, run.name);
    const history = await train(model, dataset, {
      ...recipe,
      run,
      callbacks: [announce, { onBatch }],
      onNotice: (message) => notices.push(message),
    });
    if (!history.interrupted) {
      noteFinished(training, run.name);
      await options.callbacks?.onTrained?.({ setting: setting.name, seed, model, run });
    }
    return { parameters, history, failure: null };
  } catch (error) {
    if (error instanceof DivergedError) return { parameters, history: undefined, failure: error.message };
    throw error;
  } finally {
    model.dispose();
  }
}

function withRun(
  points: readonly SweepPoint[],
  setting: string,
  seed: number,
  { parameters, history, failure }: Done,
): SweepPoint[] {
  const before = points.find((point) => point.setting === setting);
  const point: SweepPoint = {
    ...{ setting, parameters },
    runs: [...(before?.runs ?? []), ...(history ? [{ seed, history }] : [])],
    failure: before?.failure ?? failure,
  };
  return before ? points.map((each) => (each === before ? point : each)) : [...points, point];
}

/**
 * `VGG16: depth` and `two blocks` → `VGG16-depth_two-blocks`, for the name of a folder. Settings may differ in nothing but a
 * sign or a letter that such a name cannot have, so a digest of what it was made from then follows.
 */
function folderName(study: string, setting: string): string {
  const text = `${study}_${setting}`;
  const name = text.replace(/[^\w.]+/g, '-').replace(/^[-_.]+|-$/g, '');
  if (/^[\w .,:()/-]*$/.test(text)) return name;
  const digest = sha256(Buffer.from(text)).slice(0, 6);
  return name === '' ? digest : `${name}-${digest}`;
}
