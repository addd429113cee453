/** Training in the page: what the page's state and views ask of engine/train. None of it touches the document. */
import type { BlueprintPack, NetworkPack } from '../../../pack';
import type { Pixels, Weight } from '../types';

export const optimizerNames = ['sgd', 'momentum', 'rmsprop', 'adam'] as const;

export type OptimizerName = (typeof optimizerNames)[number];

/** What can be changed between any two steps. */
export interface TrainSettings {
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly batchSize: number;
}

/** Pictures to learn from, or to be tested on. */
export interface LabelledPictures {
  /** What they are: `CIFAR-10, training images`. */
  readonly title: string;
  readonly pictures: readonly Pixels[];
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
}

/** Loss (cross-entropy, nats) and accuracy, from 0 to 1. */
export interface Measured {
  readonly loss: number;
  readonly accuracy: number;
}

export interface TrainerOptions {
  /** The network, before its training. */
  readonly blueprint: BlueprintPack;
  /** Learned from, in an order that the seed decides. */
  readonly training: LabelledPictures;
  /** Held out: measured, never learned from. */
  readonly heldOut: LabelledPictures;
  /** Of the weights to begin with, of the order of the pictures, and of dropout. */
  readonly seed: number;
  readonly settings: TrainSettings;
}

/** Names of layers. */
export interface WatchedLayers {
  /** The first convolution, whose kernels are pictures. */
  readonly filters: string;
  /** Its maps after normalisation and activation, before anything is pooled, and their shape. */
  readonly maps: string;
  readonly mapShape: readonly [number, number, number];
  /** What gives the probabilities. */
  readonly answer: string;
}

/** A network in training. Calls may not overlap: wait for one before the next. */
export interface Trainer {
  /** Steps so far. */
  readonly step: number;
  /** Passes over the training pictures so far, with fractions. */
  readonly epoch: number;
  /** For the next step on; a change of optimizer forgets what the last one had accumulated. */
  settings: TrainSettings;
  /** One update of the weights, from one batch; what was measured on that batch before it. */
  advance(): Promise<Measured>;
  /** On the held-out pictures, without learning from them. */
  measure(): Promise<Measured>;
  /** Where to watch it learn. */
  readonly watched: WatchedLayers;
  /** A layer's weights, by short name, such as `kernel`. */
  weights(layer: string): Promise<Readonly<Record<string, Weight>>>;
  /** A layer's output for an image: [height, width, channels] or [units]. */
  output(layer: string, image: Pixels): Promise<Float32Array>;
  /** The network as it is now, for the other tabs; `accuracy` is that on the held-out pictures, if it was measured. */
  pack(id: string, title: string, accuracy: number | null): Promise<NetworkPack>;
  dispose(): void;
}

export type MakeTrainer = (options: TrainerOptions) => Promise<Trainer>;
