import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { inputBatch } from '../evaluate/input-batch';
import { trainedWith } from '../evaluate/trained-with';

/**
 * Runs `work`, which passes batches through the network in training mode, so that nothing is left of it: dropout is
 * off, for the same numbers each time, and batch normalisation's moving means get their old values back.
 */
export function inTrainingMode<T>(model: tf.LayersModel, work: () => T): T {
  const before = model.getWeights().map((weight) => weight.clone());
  const dropouts = model.layers.filter((layer) => layer.getClassName().endsWith('Dropout'));
  const rates = (dropouts as unknown as { rate: number }[]).map((layer) => ({ layer, rate: layer.rate }));
  for (const { layer } of rates) layer.rate = 0;
  try {
    return tf.tidy(work as () => tf.TensorContainer) as T;
  } finally {
    for (const { layer, rate } of rates) layer.rate = rate;
    model.setWeights(before);
    tf.dispose(before);
  }
}

/**
 * The first `images` training images, as the network takes them.
 * @returns float32 [images, height, width, channels]
 * @throws UserError if there are not so many
 */
export function firstBatch(
  model: tf.LayersModel,
  { train, imageShape }: Dataset,
  images: number,
): tf.Tensor4D {
  if (!(Number.isInteger(images) && images >= 1 && images <= train.count)) {
    throw new UserError(
      `images is ${images}; expected a whole number from 1 to ${train.count}, the training images.`,
    );
  }
  const indices = Array.from({ length: images }, (_, i) => i);
  return inputBatch(train, indices, { imageShape, normalisation: trainedWith(model).normalisation });
}
