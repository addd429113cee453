import { tf } from '../runtime/tensorflow';
import type { Settings } from './options';

type Layer = tf.layers.Layer;
type Initializer = ReturnType<typeof tf.initializers.glorotUniform>;

export interface ConvOptions {
  readonly filters: number;
  /** Height and width of the kernel. */
  readonly size: number;
  /** Defaults to 1. */
  readonly stride?: number;
  /** Defaults to `same`: the output is as large as the input, divided by the stride. */
  readonly padding?: 'same' | 'valid';
  /** Whether a bias is added. Defaults to true. */
  readonly bias?: boolean;
  /** Whether batch normalisation follows. Defaults to the network's setting. */
  readonly batchNorm?: boolean;
  /** False for a convolution whose activation comes later, after a sum. Defaults to true. */
  readonly activate?: boolean;
  /** For the first layer of a sequential model. */
  readonly inputShape?: readonly number[];
}

/** Names a layer by its kind: `conv`, `bn`, or the name of the activation. */
export type Namer = (kind: string) => string;

/**
 * Makes the layers that the networks share, by a network's settings and with Keras's defaults.
 *
 * tfjs-layers 4.22 differs from Keras in one default: its kernels start glorot-normal, so each is set to
 * glorot-uniform here, or to he-uniform where that is asked for. The other defaults are the same and left alone; a
 * test compares them with Keras's: zero biases, batch normalisation with momentum 0.99, epsilon 1e-3 and a moving
 * variance without Bessel's correction, and an L2 penalty of 0.01·Σw².
 */
export class LayerMaker {
  readonly #settings: Settings;
  readonly #nextSeed: ReturnType<typeof layerSeeds>;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#nextSeed = layerSeeds(settings.seed);
  }

  /**
   * A convolution with its activation: one layer, or, with batch normalisation in between, three.
   *
   * float32 [batch, height, width, channels] → [batch, height / stride, width / stride, filters] with `same`
   * padding
   */
  conv(name: Namer, options: ConvOptions): Layer[] {
    const { filters, size, stride = 1, padding = 'same', bias = true, activate = true, inputShape } = options;
    const { batchNorm = this.#settings.batchNorm } = options;
    const { activation } = this.#settings;
    const conv = tf.layers.conv2d({
      name: name('conv'),
      filters: this.#scaled(filters),
      kernelSize: size,
      strides: stride,
      padding,
      useBias: bias,
      activation: activate && !batchNorm ? activation : 'linear',
      kernelInitializer: this.#hiddenKernel(),
      ...(inputShape && { inputShape: [...inputShape] }),
    });
    if (!batchNorm) return [conv];
    const bn = tf.layers.batchNormalization({ name: name('bn') });
    return activate ? [conv, bn, this.activation(name)] : [conv, bn];
  }

  activation(name: Namer): Layer {
    const { activation } = this.#settings;
    return tf.layers.activation({ name: name(activation), activation });
  }

  maxPool(name: string, size: number, stride: number, padding: 'same' | 'valid' = 'valid'): Layer {
    return tf.layers.maxPooling2d({ name, poolSize: size, strides: stride, padding });
  }

  /** A dropout layer (Srivastava et al. 2014), or none if the settings' rate is 0. */
  dropout(name: string): Layer[] {
    const rate = this.#settings.dropout;
    return rate > 0 ? [tf.layers.dropout({ name, rate })] : [];
  }

  /** A dense layer with its activation, followed by dropout. */
  hidden(name: string, units: number): Layer[] {
    const { activation } = this.#settings;
    const kernelInitializer = this.#hiddenKernel();
    const dense = tf.layers.dense({ name, units: this.#scaled(units), activation, kernelInitializer });
    return [dense, ...this.dropout(`drop_${name}`)];
  }

  /** The last layer: features to class probabilities, or to logits. */
  classifier(kernelRegularizer?: ReturnType<typeof tf.regularizers.l2>): Layer {
    return tf.layers.dense({
      name: 'classes',
      units: this.#settings.classes,
      activation: this.#settings.logits ? 'linear' : 'softmax',
      kernelInitializer: tf.initializers.glorotUniform(this.#nextSeed()),
      ...(kernelRegularizer && { kernelRegularizer }),
    });
  }

  /**
   * How the kernel of a convolution or a hidden dense layer starts. He's scale makes up for the half of the values that
   * a ReLU sets to zero, so it is for ReLU alone, whether normalisation or a residual sum comes in between or not.
   */
  #hiddenKernel(): Initializer {
    const { initialiser, activation } = this.#settings;
    const isHe = initialiser === 'he' && activation === 'relu';
    const make = isHe ? tf.initializers.heUniform : tf.initializers.glorotUniform;
    return make(this.#nextSeed());
  }

  #scaled(count: number): number {
    return Math.max(1, Math.round(count * this.#settings.width));
  }
}

/** Passes `input` through `layers`, one after another. */
export function through(input: tf.SymbolicTensor, layers: readonly Layer[]): tf.SymbolicTensor {
  return layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
}

/**
 * The seed of each layer's initialiser, in their order; none without a seed. Each layer gets its own: with a shared one,
 * tfjs would draw the same sequence of numbers for all of them.
 */
export function layerSeeds(seed?: number): () => { readonly seed?: number } {
  let layer = 0;
  // The multiplier is the golden ratio's, as in splitmix: neighbouring seeds share no layer seed.
  return () => (seed === undefined ? {} : { seed: (Math.imul(seed + 1, 0x9e3779b1) + ++layer) >>> 0 });
}
