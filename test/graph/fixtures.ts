import { Random } from '../../lib/data/random';
import { Trainer, type Examples, type TrainerOptions } from '../../lib/graph';
import { baseline } from '../../lib/models';
import type { tf } from '../../lib/runtime/tensorflow';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy } from '../../lib/recipe/losses';
import { adam } from '../../lib/recipe/optimizers';

export const imageShape = [8, 8, 3] as const;
export const imageSize = 8 * 8 * 3;

export function examples(count: number, { classes = 3, seed = 1 } = {}): Examples {
  const random = new Random(seed);
  return {
    images: Uint8Array.from({ length: count * imageSize }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
    count,
  };
}

export function smallModel({ dropout = 0, seed = 1 } = {}): tf.LayersModel {
  return baseline({ inputShape: imageShape, classes: 3, dropout, seed });
}

/** Defaults to Adam on cross-entropy, plain images, float32. */
export function compile(
  model: tf.LayersModel,
  data: Examples,
  options: Partial<TrainerOptions> = {},
): Promise<Trainer> {
  return Trainer.compile({
    model,
    imageShape,
    examples: data,
    normalisation: null,
    augmentation: noAugmentation,
    loss: crossEntropy(),
    optimizer: adam(),
    dtype: 'float32',
    seed: 1,
    ...options,
  });
}

export function indices(from: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => from + i);
}

export function weightsOf(model: tf.LayersModel): Map<string, number[]> {
  return new Map(model.weights.map((weight) => [weight.originalName, [...weight.read().dataSync()]]));
}
