import { tf } from '../runtime/tensorflow';
import type { ImageSet } from './types';

/**
 * The images at `indices`, as input for the networks.
 * @param imageShape [height, width, channels] of the dataset
 * @returns float32 [indices.length, height, width, channels], values 0 to 1; the caller disposes of it
 * @throws RangeError for an index outside the set
 */
export function batchTensor(
  set: ImageSet,
  indices: ArrayLike<number>,
  imageShape: readonly [number, number, number],
): tf.Tensor4D {
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const values = new Float32Array(indices.length * size);
  for (let i = 0, to = 0; i < indices.length; i++) {
    const from = checkedIndex(set, indices[i]) * size;
    for (let p = from; p < from + size; p++, to++) values[to] = set.images[p] / 255;
  }
  return tf.tensor4d(values, [indices.length, ...imageShape]);
}

/**
 * The class numbers at `indices`.
 * @returns int32 [indices.length]; the caller disposes of it
 * @throws RangeError for an index outside the set
 */
export function labelTensor(set: ImageSet, indices: ArrayLike<number>): tf.Tensor1D {
  return tf.tensor1d(
    Int32Array.from(indices, (index) => set.labels[checkedIndex(set, index)]),
    'int32',
  );
}

function checkedIndex(set: ImageSet, index: number): number {
  if (Number.isInteger(index) && index >= 0 && index < set.count) return index;
  throw new RangeError(`Image ${index} of a set of ${set.count}`);
}
