/** What a network is trained on and measured by. */
import { modelInputs } from '../models/model-inputs';
import { tf } from '../runtime/tensorflow';
import { arrayInputs } from './input';

/** Images with a class each, as they lie in memory. */
export interface Examples {
  /** `count` images one after another, each height × width × channels, values 0 to 255. */
  readonly images: Uint8Array;
  readonly labels: ArrayLike<number>;
  readonly count: number;
  /** How much each image counts in the training loss. Missing if all count alike. */
  readonly weights?: Float32Array;
  /** What the model takes beside the images, by the names of its inputs: an array of `shape` for each image. */
  readonly inputs?: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
  >;
}

/**
 * What the model takes beside the images, in the order of `arrayInputs`; the caller disposes of it.
 * @throws UserError if the examples have other arrays
 */
export function arraysOf(model: tf.LayersModel, { count, inputs = {} }: Examples): tf.Tensor[] {
  const wanted = arrayInputs(modelInputs(model, inputs));
  return wanted.map(({ name, shape }) => tf.tensor(inputs[name].values, [count, ...shape]));
}
