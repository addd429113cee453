import type { tf } from '../runtime/tensorflow';

/** Activations that tfjs and Keras have under the same name; parity with Keras is tested for each. */
export const activations = [
  'relu',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'swish',
  'gelu',
  'linear',
] as const;

export type Activation = (typeof activations)[number];

/** How kernels start: Keras's `glorot_uniform`, its default, or its `he_uniform`. */
export const initialisers = ['glorot', 'he'] as const;

export type Initialiser = (typeof initialisers)[number];

/** Height, width and channels of one image. */
export type ImageShape = readonly [number, number, number];

/** The options of every network. Each network documents its own defaults. */
export interface NetworkOptions {
  /** Defaults to CIFAR-10's 32×32×3. */
  inputShape?: ImageShape;
  /** Number of classes. Defaults to 10. */
  classes?: number;
  /** Fixes the initial weights. Without it, every build starts from other weights. */
  seed?: number;
  /**
   * Multiplies the channels of every convolution and the units of every hidden dense layer, rounded to whole numbers
   * of at least 1 (MobileNet's α, Howard et al. 2017). Defaults to 1.
   */
  width?: number;
  /**
   * Share of values that a dropout layer sets to zero in training. At 0 there are no dropout layers. A network that
   * has none by default gets one before its classifier, or after each hidden dense layer, if the rate is above 0.
   */
  dropout?: number;
  /** The activation of every convolution and hidden dense layer. */
  activation?: Activation;
  /**
   * How kernels start. `glorot` (Glorot & Bengio 2010), the default, keeps the variance of signals and gradients through
   * linear layers: uniform within ±√(6 / (fan in + fan out)). `he` (He et al. 2015, https://arxiv.org/abs/1502.01852)
   * keeps it through ReLUs: uniform within ±√(6 / fan in), for every kernel that feeds a ReLU. The others, such as the
   * classifier's, stay glorot.
   */
  initialiser?: Initialiser;
  /** Whether batch normalisation comes between the convolutions and their activations. */
  batchNorm?: boolean;
  /**
   * Whether the network ends in logits, the scores before the softmax, instead of probabilities. Defaults to
   * false.
   */
  logits?: boolean;
}

/** Where a network, or the idea behind it, was published. */
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
  /** What the network shows, in one line. */
  idea: string;
  paper: Paper;
  /** A fresh, untrained network: batches of images in [0, 1] to class probabilities. */
  readonly build: (options?: NetworkOptions) => tf.LayersModel;
}

export const cifarShape: ImageShape = [32, 32, 3];
