/** The engine's face: what the page's state and views know of networks that run in the page. */
import type { NetworkPack } from '../../pack';

/** An image as numbers from 0 to 1. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height, width, channels], row by row. */
  readonly values: Float32Array;
}

export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

export interface Engine {
  /** What computes. */
  readonly backend: BackendName;
  /** Builds a network from its pack. @throws Error with a sentence for the reader if the pack is damaged */
  load(pack: NetworkPack): Promise<LoadedNetwork>;
}

/** One layer of a network, as it is drawn and named. */
export interface LayerInfo {
  readonly name: string;
  /** tfjs's name for its kind: `Conv2D`, `MaxPooling2D`, … */
  readonly className: string;
  /** Names of the layers whose outputs it takes, in order; none for the input. */
  readonly inputs: readonly string[];
  /** Without the batch: [height, width, channels] of maps, or [units]. */
  readonly outputShape: readonly number[];
  /** What it was made with, in tfjs's names: `filters`, `kernelSize`, `strides`, `padding`, `activation`, `rate`, … */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Number of its weights. */
  readonly parameters: number;
}

export interface LoadedNetwork {
  readonly pack: NetworkPack;
  /** In the order in which they are computed; the first is the input. */
  readonly layers: readonly LayerInfo[];
  /** Runs the network on an image of the pack's `imageShape`, before any normalisation. */
  look(image: Pixels): Promise<Look>;
  /** A layer's weights by their short names: `kernel`, `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance`. */
  weights(layer: string): Promise<Readonly<Record<string, Weight>>>;
  dispose(): void;
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a network made of one image; holds every layer's output until it is disposed of. */
export interface Look {
  /** The image that was looked at. */
  readonly image: Pixels;
  /** One number for each class, from 0 to 1. */
  readonly probabilities: Float32Array;
  /** A layer's output, [height, width, channels] row by row or [units]; fetched when first asked for. */
  output(layer: string): Promise<Float32Array>;
  dispose(): void;
}

/** Where a number stands in a layer's output; y and x are 0 for a layer without maps. */
export interface Unit {
  readonly layer: string;
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

/** The part of a layer's output that a window covers. */
export interface Window {
  readonly layer: string;
  /** Row and column of its first place, negative in the padding. */
  readonly y: number;
  readonly x: number;
  /** Places down and across. */
  readonly height: number;
  readonly width: number;
  /** Rows and columns from one place to the next: 1, or the dilation. */
  readonly stepY: number;
  readonly stepX: number;
  /** The channels it covers: all of them, or the pool's one. */
  readonly channels: readonly number[];
  /** [height, width, channels]; 0 in the padding. */
  readonly values: Float32Array;
  /** [height, width]: 1 for a place inside the input, 0 for padding. */
  readonly inside: Uint8Array;
}

/** One step in the making of a number, in the order in which they are computed. */
export type Step =
  /** Convolution and dense: input times weights, and a bias. A dense layer's window is 1×1 over all its inputs. */
  | {
      readonly kind: 'weighted-sum';
      readonly window: Window;
      /** Of the window's shape. */
      readonly kernel: Float32Array;
      /** Of the window's shape: value times weight. */
      readonly products: Float32Array;
      /** 0 if the layer has none. */
      readonly bias: number;
      readonly hasBias: boolean;
      readonly output: number;
    }
  /** Max-pooling, global too: `largest` is the index into the window's values. */
  | { readonly kind: 'maximum'; readonly window: Window; readonly largest: number; readonly output: number }
  /** Average pooling, global too, over the places inside the input. */
  | { readonly kind: 'mean'; readonly window: Window; readonly count: number; readonly output: number }
  /** (input − mean) / √(variance + epsilon) × gamma + beta. */
  | {
      readonly kind: 'normalisation';
      readonly input: number;
      readonly mean: number;
      readonly variance: number;
      readonly epsilon: number;
      readonly gamma: number;
      readonly beta: number;
      readonly output: number;
    }
  /** `relu`, `gelu`, `sigmoid`, `tanh`, … */
  | {
      readonly kind: 'activation';
      readonly activation: string;
      readonly input: number;
      readonly output: number;
    }
  /** input × scale + offset. */
  | {
      readonly kind: 'scaling';
      readonly input: number;
      readonly scale: number;
      readonly offset: number;
      readonly output: number;
    }
  /** Addition of several layers' values at the same place. */
  | { readonly kind: 'addition'; readonly terms: readonly UnitValue[]; readonly output: number }
  /** The same number as that of another unit: flatten, reshape, concatenation, dropout. */
  | { readonly kind: 'copy'; readonly from: UnitValue; readonly output: number }
  /** A class's share: its exponential over the sum of all. `index` is the class. */
  | {
      readonly kind: 'softmax';
      readonly logits: Float32Array;
      /** Of the logits minus the largest of them, which keeps them small and changes no share. */
      readonly exponentials: Float32Array;
      readonly sum: number;
      readonly index: number;
      readonly output: number;
    }
  /** A number of the image: (pixel − mean) / deviation of its channel. */
  | {
      readonly kind: 'pixel';
      readonly pixel: number;
      readonly mean: number;
      readonly deviation: number;
      readonly output: number;
    };

export interface UnitValue extends Unit {
  readonly value: number;
}

/** How one number of a layer's output came about; null steps would be a lie, so an unknown kind of layer says so. */
export interface UnitExplanation {
  readonly unit: Unit;
  /** What the layer gave. */
  readonly value: number;
  /** In order; the last one's output is the value. Empty for a kind of layer that is not taken apart. */
  readonly steps: readonly Step[];
}

/** `explainUnit` of engine/arithmetic. */
export type ExplainUnit = (network: LoadedNetwork, look: Look, unit: Unit) => Promise<UnitExplanation>;
