import { tf } from '../runtime/tensorflow';
import { LayerMaker } from './layers';
import type { NetworkOptions } from './network';
import { settings, smallestSide, type Window } from './options';
import { ofWidth } from './variant';

export type AlexNetOptions = NetworkOptions;

const defaults = { dropout: 0.5, activation: 'relu', batchNorm: true } as const;

interface Stage {
  readonly filters: number;
  readonly padding: 'same' | 'valid';
  /** The first two stages are normalised: by local responses in the paper, by the batch here. */
  readonly normalised: boolean;
  readonly pooled: boolean;
}

/** The five convolutions, all 3×3; the paper's 11×11 and 5×5 kernels were made for images of 224×224. */
const stages: readonly Stage[] = [
  { filters: 96, padding: 'valid', normalised: true, pooled: true },
  { filters: 256, padding: 'valid', normalised: true, pooled: true },
  { filters: 384, padding: 'same', normalised: false, pooled: false },
  { filters: 384, padding: 'same', normalised: false, pooled: false },
  { filters: 256, padding: 'same', normalised: false, pooled: true },
];

/** Windows of 3 at steps of 2 overlap, as the paper recommends. */
const pool = { size: 3, stride: 2, padding: 'valid' } as const;

const smallest = smallestSide(
  stages.flatMap(({ padding, pooled }): Window[] => [{ size: 3, padding }, ...(pooled ? [pool] : [])]),
);

/**
 * AlexNet for small images, eight weighted layers: Krizhevsky, Sutskever & Hinton, "ImageNet Classification
 * with Deep Convolutional Neural Networks", 2012
 * (https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks).
 * 9,639,178 parameters at the defaults, two thirds of them in the two hidden dense layers.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function alexnet8(options: AlexNetOptions = {}): tf.LayersModel {
  const chosen = settings(options, defaults, smallest);
  const make = new LayerMaker(chosen);
  return ofWidth(
    tf.sequential({
      name: 'alexnet8',
      layers: [
        ...stages.flatMap(({ filters, padding, normalised, pooled }, i) => [
          ...make.conv((kind) => `${kind}${i + 1}`, {
            filters,
            size: 3,
            padding,
            batchNorm: normalised && chosen.batchNorm,
            ...(i === 0 && { inputShape: chosen.inputShape }),
          }),
          ...(pooled ? [make.maxPool(`pool${i + 1}`, pool.size, pool.stride)] : []),
        ]),
        tf.layers.flatten({ name: 'flatten' }),
        ...make.hidden('hidden1', 2048),
        ...make.hidden('hidden2', 2048),
        make.classifier(),
      ],
    }),
    chosen.width,
  );
}
