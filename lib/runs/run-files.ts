/** The files of a run's folder, and what is in them. */
import type { Recipe } from '../recipe';
import type { Versions } from '../runtime/versions';
import type { StoredEvaluation, ViewsResult } from './evaluation';
import type { Extension, History } from './history';

export const runFiles = {
  run: 'run.json',
  network: 'network.json',
  history: 'history.json',
  test: 'test.json',
  weightsText: 'weights.txt',
  lock: 'lock',
  /** Event files for TensorBoard, if there are any, begin so. They are in the run's folder and in folders inside it. */
  eventsPrefix: 'events.out.tfevents.',
} as const;

/** The format of run.json. */
export const runFormat = 1;

/** What has to be the same for a run to be continued. */
export interface RunSettings {
  readonly network: {
    readonly name: string;
    readonly title: string;
    readonly parameters: number;
    /** Multiplications for one image, each with its addition. */
    readonly multiplyAdds: number;
  };
  readonly dataset: {
    readonly name: string;
    /** Of exactly the images that were used. */
    readonly digest: string;
    readonly trainImages: number;
    readonly testImages: number;
    /** Digest of the weights of the training images; missing if all count alike. */
    readonly sampleWeights?: string;
  };
  /** For each of the user's own classes of layers in the network, a digest of its source; missing if there are none. */
  readonly customLayers?: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly recipe: Recipe;
}

/** The network layer by layer, as tfjs describes it. In a run's folder its names are those of `lastingNames`. */
export type Architecture = Readonly<Record<string, unknown>>;

/** A stretch of training by one process. */
export interface Session {
  /** ISO 8601. */
  readonly started: string;
  readonly fromStep: number;
  readonly versions: Versions;
}

/** A comparison of runs that differ in one setting. */
export interface RunStudy {
  /** What is varied: `batch size`. */
  readonly name: string;
  /** The value in this run, as figures label it: `32`. */
  readonly setting: string;
}

/** What a run is for. Does not affect its results. */
export interface RunPurpose {
  /** What tables and figures call the run if the network's title is not enough. */
  readonly label?: string;
  readonly study?: RunStudy;
}

/** run.json */
export interface RunFile extends RunPurpose {
  readonly format: typeof runFormat;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly settings: RunSettings;
  /** sha256 of the weights that training began with; missing in runs of earlier versions. */
  readonly initialWeights?: string;
  /** What it was given in addition to the epochs it began with, oldest first; missing if nothing. */
  readonly extensions?: readonly Extension[];
  readonly sessions: readonly Session[];
}

/** history.json */
export interface HistoryFile extends History {
  /** Why training could not continue; null if it did not fail. */
  readonly failure: string | null;
}

/** test.json: an evaluation, with lists for typed arrays. */
export type TestFile = WithLists<Omit<StoredEvaluation, 'views'>> & {
  readonly views?: WithLists<ViewsResult>;
};

/** Lists in place of typed arrays, which JSON has not. */
export type WithLists<T> = Omit<T, 'predictions' | 'confidences'> & {
  readonly predictions: readonly number[];
  readonly confidences: readonly number[];
};
