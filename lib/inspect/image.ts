import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { expectOneOfEach } from '../evaluate/fit';
import { inputBatch } from '../evaluate/input-batch';
import { trainedWith } from '../evaluate/trained-with';

/** Which image of a dataset to look at. */
export interface ImageChoice {
  /** Defaults to `'test'`. */
  readonly from?: 'train' | 'test';
  /** Position in that set. */
  readonly index: number;
}

/**
 * One image as the network expects it, scaled as in its training.
 * @returns float32 [1, height, width, channels]; the caller disposes of it
 * @throws UserError if the set has no image at this position
 */
export function inputOf(
  model: tf.LayersModel,
  dataset: Dataset,
  { from = 'test', index }: ImageChoice,
): tf.Tensor4D {
  const set = dataset[from];
  if (!(Number.isInteger(index) && index >= 0 && index < set.count)) {
    throw new UserError(`There is no image ${index}: the ${from} set has images 0 to ${set.count - 1}.`);
  }
  expectOneOfEach(model, 'Inspection');
  const { normalisation } = trainedWith(model);
  return inputBatch(set, [index], { imageShape: dataset.imageShape, normalisation });
}
