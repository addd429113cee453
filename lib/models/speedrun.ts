import { check } from '../runtime/check';
import { tf } from '../runtime/tensorflow';
import { layerSeeds, LayerMaker, through } from './layers';
import type { NetworkOptions } from './network';
import { settings, smallestSide } from './options';
import { ofWidth } from './variant';

export interface SpeedrunOptions extends NetworkOptions {
  /**
   * Whether the first filters of each 3×3 convolution start as the identity, one for each channel of the input, so that
   * the network begins by passing its input on. Defaults to true.
   */
  identities?: boolean;
}

const defaults = { dropout: 0, activation: 'gelu', batchNorm: true } as const;

/** Side of the whitened patches, in pixels. */
const patch = 2;

/** Filters of the two convolutions in each group. */
const groups = [64, 256, 256] as const;

/** What the features are multiplied by before the classifier, and so the logits. */
const outputScale = 1 / 9;

const smallest = smallestSide([
  { size: patch, padding: 'valid' },
  ...groups.map(() => ({ size: 2, stride: 2, padding: 'valid' }) as const),
]);

/**
 * The network of Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024 (https://arxiv.org/abs/2404.00498),
 * made to train in little time. 1,973,944 parameters and 118 million multiply-adds at the defaults.
 *
 * The first layer is for filters that whiten patches of 2×2 pixels: as many as a patch has numbers, and the same
 * negated. The recipe `speedrun` computes them from the training images (`whitening`) and keeps them; with other recipes
 * the layer is trained like any other. In each group the pool comes right after the first convolution, before
 * normalisation and activation, which thus have a quarter of the work. Batch normalisation has an offset but no scale,
 * and its moving statistics keep only 0.6 of the old in each step, since a run has few. Kernels start uniform within
 * ±1/√(fan in), apart from the identities.
 *
 * Where the paper's last pool is 3×3, which leaves one pixel of its 3×3, this one is global, and so takes images of any
 * size. The scale of 1/9 stands before the classifier instead of after it: as the classifier has no bias, that is the same.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function speedrun({ identities = true, ...options }: SpeedrunOptions = {}): tf.LayersModel {
  check(typeof identities === 'boolean', 'identities', identities, 'true or false');
  const chosen = settings(options, defaults, smallest);
  const { initialiser } = options;
  check(initialiser === undefined, 'initialiser', initialiser, 'none: the speed-run has a start of its own');
  const { inputShape, activation, batchNorm, classes, width, seed } = chosen;
  const make = new LayerMaker(chosen);
  const kernel = uniformKernels(seed);

  const convolution = (name: string, filters: number): tf.layers.Layer =>
    tf.layers.conv2d({
      name,
      filters: Math.max(1, Math.round(filters * width)),
      kernelSize: 3,
      padding: 'same',
      useBias: !batchNorm,
      kernelInitializer: kernel(),
    });
  const finished = (group: string, position: number): tf.layers.Layer[] => [
    ...(batchNorm ? [offsetNormalisation(`${group}_bn${position}`)] : []),
    make.activation((kind) => `${group}_${kind}${position}`),
  ];
  const layersOf = (filters: number, i: number): tf.layers.Layer[] => {
    const group = `group${i + 1}`;
    return [
      convolution(`${group}_conv1`, filters),
      make.maxPool(`${group}_pool`, 2, 2),
      ...finished(group, 1),
      convolution(`${group}_conv2`, filters),
      ...finished(group, 2),
    ];
  };

  const image = tf.input({ name: 'image', shape: [...inputShape] });
  const whiten = tf.layers.conv2d({
    name: 'whiten',
    filters: 2 * patch ** 2 * inputShape[2],
    kernelSize: patch,
    padding: 'valid',
    activation,
    kernelInitializer: kernel(),
  });
  const body = groups.flatMap(layersOf);
  const probabilities = through(image, [
    whiten,
    ...body,
    tf.layers.globalMaxPooling2d({ name: 'pool' }),
    ...make.dropout('drop_pool'),
    tf.layers.rescaling({ name: 'scale', scale: outputScale }),
    tf.layers.dense({
      name: 'classes',
      units: classes,
      useBias: false,
      activation: chosen.logits ? 'linear' : 'softmax',
      kernelInitializer: kernel(),
    }),
  ]);
  if (identities) for (const layer of body) startAsIdentity(layer);
  return ofWidth(tf.model({ name: 'speedrun', inputs: image, outputs: probabilities }), chosen.width);
}

function offsetNormalisation(name: string): tf.layers.Layer {
  return tf.layers.batchNormalization({ name, scale: false, momentum: 0.6, epsilon: 1e-12 });
}

/** Makes initialisers that draw evenly from ±1/√(fan in): their variance is 1/(3 · fan in). */
function uniformKernels(seed: number | undefined): () => ReturnType<typeof tf.initializers.varianceScaling> {
  const nextSeed = layerSeeds(seed);
  return () =>
    tf.initializers.varianceScaling({
      scale: 1 / 3,
      mode: 'fanIn',
      distribution: 'uniform',
      ...nextSeed(),
    });
}

/** Turns filter i of a convolution into one that passes on channel i, for as many as there are of both. */
function startAsIdentity(layer: tf.layers.Layer): void {
  if (layer.getClassName() !== 'Conv2D') return;
  const [kernel] = layer.weights;
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
  const values = kernel.read().dataSync().slice();
  const centre = Math.floor(height / 2) * width + Math.floor(width / 2);
  for (let filter = 0; filter < Math.min(channels, filters); filter++) {
    for (let place = 0; place < height * width; place++) {
      for (let channel = 0; channel < channels; channel++) {
        const isOne = place === centre && channel === filter;
        values[(place * channels + channel) * filters + filter] = isOne ? 1 : 0;
      }
    }
  }
  tf.tidy(() => {
    kernel.write(tf.tensor(values, kernel.shape as number[]));
  });
}
