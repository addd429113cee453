import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

/** How much each output of a network counts in the loss: a list, or by the outputs' names. */
export type OutputWeights = readonly number[] | Readonly<Record<string, number>>;

/**
 * @param given by the names of outputs (`model.outputNames`), where a missing one counts 1, or in the order of the outputs
 * @returns in the order of the outputs; null if all count alike
 * @throws UserError that lists the outputs, unless the weights are theirs
 */
export function outputWeightsOf(
  model: tf.LayersModel,
  given: OutputWeights | null,
): readonly number[] | null {
  if (given === null) return null;
  // Like model.outputNames, which a tf.sequential leaves empty.
  const names = model.outputs.map(({ sourceLayer }) => sourceLayer.name);
  const outputs = `the outputs of "${model.name}" are ${names.map((name) => `"${name}"`).join(', ')}`;
  if (!isList(given)) {
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown !== undefined) throw new UserError(`outputWeights names "${unknown}", but ${outputs}.`);
    if (new Set(names).size < names.length) {
      throw new UserError(
        `outputWeights goes by names, but ${outputs}. Give a list of ${names.length} numbers.`,
      );
    }
    return names.map((name) => given[name] ?? 1);
  }
  if (given.length !== names.length) {
    throw new UserError(
      `outputWeights has ${given.length} numbers, but ${outputs}. Give one number for each.`,
    );
  }
  return given;
}

function isList(weights: OutputWeights): weights is readonly number[] {
  return Array.isArray(weights);
}
