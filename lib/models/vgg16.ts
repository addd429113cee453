import { tf } from '../runtime/tensorflow';
import { LayerMaker } from './layers';
import type { NetworkOptions } from './network';
import { checkDepth, settings } from './options';
import { ofWidth } from './variant';

export interface VggOptions extends NetworkOptions {
  /** Weighted layers: the paper's configurations A, B, D and E. Defaults to 16. */
  depth?: 11 | 13 | 16 | 19;
}

const defaults = { dropout: 0.2, activation: 'relu', batchNorm: true } as const;

/** Filters of the five blocks; each block halves the image. */
const filters = [64, 128, 256, 512, 512];

/** Convolutions in each block, by depth; the three dense layers make up the rest. */
const convolutions = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

/**
 * VGG: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014
 * (https://arxiv.org/abs/1409.1556). Blocks of nothing but 3×3 convolutions, each block halving the image and
 * most doubling the channels. 15,262,026 parameters at the defaults.
 *
 * Adapted to small images: batch normalisation after every convolution, dropout after every block, and hidden
 * layers of 512 units instead of 4096.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function vgg16({ depth = 16, ...options }: VggOptions = {}): tf.LayersModel {
  checkDepth(depth, convolutions);
  const chosen = settings(options, defaults);
  const make = new LayerMaker(chosen);

  const block = (number: number): tf.layers.Layer[] => [
    ...Array.from({ length: convolutions[depth][number - 1] }, (_, i) =>
      make.conv((kind) => `block${number}_${kind}${i + 1}`, {
        filters: filters[number - 1],
        size: 3,
        ...(number === 1 && i === 0 && { inputShape: chosen.inputShape }),
      }),
    ).flat(),
    make.maxPool(`block${number}_pool`, 2, 2, 'same'),
    ...make.dropout(`block${number}_drop`),
  ];

  return ofWidth(
    tf.sequential({
      name: `vgg${depth}`,
      layers: [
        ...filters.flatMap((_, i) => block(i + 1)),
        tf.layers.flatten({ name: 'flatten' }),
        ...make.hidden('hidden1', 512),
        ...make.hidden('hidden2', 512),
        make.classifier(),
      ],
    }),
    chosen.width,
  );
}
