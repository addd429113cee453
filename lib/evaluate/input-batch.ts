import { takeInputs } from '../data/inputs';
import type { ImageSet } from '../data/types';
import { modelInputs } from '../models/model-inputs';
import type { Normalisation } from '../recipe';
import { tf } from '../runtime/tensorflow';

/** How bytes become the numbers that a network takes. */
export interface InputSettings {
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly normalisation: Normalisation | null;
}

/**
 * The images at `indices` as a network takes them, without augmentation.
 * @returns float32 [indices.length, height, width, channels]; the caller disposes of it
 */
export function inputBatch(
  set: ImageSet,
  indices: ArrayLike<number>,
  { imageShape, normalisation }: InputSettings,
): tf.Tensor4D {
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const { mean, deviation } = normalisation ?? {
    mean: new Array<number>(channels).fill(0),
    deviation: new Array<number>(channels).fill(1),
  };
  const values = new Float32Array(indices.length * size);
  for (let i = 0, to = 0; i < indices.length; i++) {
    const from = indices[i] * size;
    for (let at = 0; at < size; at++) {
      const c = at % channels;
      values[to++] = (set.images[from + at] / 255 - mean[c]) / deviation[c];
    }
  }
  return tf.tensor4d(values, [indices.length, height, width, channels]);
}

/**
 * All that a network takes of the images at `indices`: the images, and the arrays beside them.
 * @param images float32 [indices.length, height, width, channels], if they are made already
 * @returns a tensor for each of the model's inputs, in its order; the caller disposes of them
 * @throws UserError if the set does not have the arrays that the model takes
 */
export function modelBatch(
  model: tf.LayersModel,
  set: ImageSet,
  indices: ArrayLike<number>,
  settings: InputSettings,
  images?: tf.Tensor4D,
): tf.Tensor[] {
  const arrays = takeInputs(set.inputs ?? {}, Uint32Array.from(indices));
  return modelInputs(model, set.inputs).map(({ name, shape, isImages }) =>
    isImages
      ? (images ?? inputBatch(set, indices, settings))
      : tf.tensor(arrays[name].values, [indices.length, ...shape]),
  );
}
