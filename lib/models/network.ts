import type { tf } from '../runtime/tensorflow';

/** Activations that tfjs and Keras both have, under one name, and that parity with Keras is tested for. */
export const activations = [
  'relu',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'swish',
  'linear',
] as const;

export type Activation = (typeof activations)[number];

/** Height, width and channels of one image. */
export type ImageShape = readonly [number, number, number];

/** What every network's builder understands. A network says what it takes where an option is left out. */
export interface NetworkOptions {
  /** CIFAR-10's 32×32×3 unless told. */
  inputShape?: ImageShape;
  /** How many classes the last layer tells apart. Ten unless told. */
  classes?: number;
  /** Fixes the initial weights. Without it every build starts elsewhere. */
  seed?: number;
  /**
   * Multiplies the channels of every convolution and the units of every hidden dense layer, rounded to whole
   * numbers from 1 on (MobileNet's α, Howard et al. 2017). 1 unless told.
   */
  width?: number;
  /**
   * Share of values that a dropout layer sets to zero in training. At 0 there are no dropout layers; a network
   * without any gets one before its classifier, or behind each hidden dense layer, when the rate is above 0.
   */
  dropout?: number;
  /** What follows every convolution and hidden dense layer. */
  activation?: Activation;
  /** Whether batch normalisation stands between the convolutions and their activations. */
  batchNorm?: boolean;
  /** Whether the network ends in logits, the scores before the softmax, instead of probabilities. Not unless told. */
  logits?: boolean;
}

/** Where a network, or the idea it shows, was published. */
export interface Paper {
  title: string;
  authors: string;
  year: number;
  url: string;
}

/** One row of the registry: a network, and what a reader wants to know before building it. */
export interface Network {
  /** The name on figures and in tables. */
  title: string;
  /** What the network is there to show, in one line. */
  idea: string;
  paper: Paper;
  /** A fresh, untrained network: batches of images in [0, 1] to class probabilities. */
  readonly build: (options?: NetworkOptions) => tf.LayersModel;
}

export const cifarShape: ImageShape = [32, 32, 3];
