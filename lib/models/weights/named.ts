import { UserError } from '../../runtime/errors';
import { tf } from '../../runtime/tensorflow';
import { product } from '../costs';
import { keyed, type Weight } from './keys';

/** Values in row-major order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights by their keys (see `weightKeys`): conv/kernel, bn/moving_mean. */
export type NamedArrays = ReadonlyMap<string, NamedArray>;

/** Copies of all weights of a model. */
export function getNamed(model: tf.LayersModel): NamedArrays {
  return new Map(
    keyed(model).map(({ key, weight }) => [
      key,
      { shape: weight.shape as number[], values: Float32Array.from(weight.read().dataSync()) },
    ]),
  );
}

/**
 * Gives `weights`, all or some of the weights of `model`, the values in `arrays`, each by its key. They have to
 * match one to one; if they do not, nothing is changed.
 * @param source where the arrays come from, for messages
 * @throws UserError that names the first layer that does not match, what was found and what was expected
 */
export function setNamed(
  model: tf.LayersModel,
  weights: readonly Weight[],
  arrays: NamedArrays,
  source: string,
): void {
  const wanted = new Map(keyed(model, weights).map(({ key, weight }) => [key, weight]));
  const advice = `Build the network with the options that ${source} was written with.`;
  for (const [name, { shape }] of wanted) {
    const found = arrays.get(name);
    if (!found) {
      throw new UserError(
        `${source} has no "${name}" (${sizes(shape)}), which "${model.name}" needs. ${advice}`,
      );
    }
    if (sizes(found.shape) !== sizes(shape)) {
      throw new UserError(
        `"${name}" is ${sizes(found.shape)} in ${source}, but ${sizes(shape)} in "${model.name}". ${advice}`,
      );
    }
    if (found.values.length !== product(found.shape)) {
      throw new UserError(
        `"${name}" holds ${found.values.length} values in ${source}, but its shape ${sizes(found.shape)} ` +
          `makes ${product(found.shape)}. The file is damaged: write it again.`,
      );
    }
  }
  for (const [name, { shape }] of arrays) {
    if (wanted.has(name)) continue;
    throw new UserError(
      `${source} holds "${name}" (${sizes(shape)}), for which "${model.name}" has no place. ${advice}`,
    );
  }
  tf.tidy(() => {
    for (const [name, weight] of wanted) {
      const { shape, values } = arrays.get(name)!;
      weight.write(tf.tensor(values, [...shape]));
    }
  });
}

function sizes(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'a single number' : shape.join('×');
}
