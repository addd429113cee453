import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { expectOneOfEach } from '../evaluate/fit';
import { inputBatch } from '../evaluate/input-batch';
import { trainedWith } from '../evaluate/trained-with';

/**
 * Runs `work`, which passes batches through the network in training mode, and leaves the network unchanged afterwards:
 * batch normalisation's moving averages get their old values back. Dropout is off, so that the numbers are the same
 * each time.
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
 * The first `images` training images, as the network expects them.
 * @returns float32 [images, height, width, channels]
 * @throws UserError if there are not that many
 */
export function firstBatch(
  model: tf.LayersModel,
  { train, imageShape }: Dataset,
  images: number,
): tf.Tensor4D {
  if (!(Number.isInteger(images) && images >= 1 && images <= train.count)) {
    throw new UserError(
      `images is ${images}; expected a whole number from 1 to ${train.count}, the number of training images.`,
    );
  }
  expectOneOfEach(model, 'Inspection');
  const indices = Array.from({ length: images }, (_, i) => i);
  return inputBatch(train, indices, { imageShape, normalisation: trainedWith(model).normalisation });
}
