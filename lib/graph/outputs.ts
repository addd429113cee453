/** The loss of a model with one or several outputs. */
import { UserError } from '../runtime/errors';
import type { Value } from './graph';
import type { ModelOutput } from './lower-model';
import { like } from './ops/cast';
import { add, mul } from './ops/math';

/**
 * The sum over the outputs of each one's loss times its weight, as in Keras. Weights default to 1 each.
 * @throws UserError unless there is a weight for each output
 */
export function overOutputs(
  outputs: readonly ModelOutput[],
  weights: readonly number[] | null | undefined,
  lossOf: (output: ModelOutput) => Value,
): Value {
  if (weights && weights.length !== outputs.length) {
    throw new UserError(
      `There are ${weights.length} outputWeights for the ${outputs.length} outputs of the model.`,
    );
  }
  const terms = outputs.map((output, i) => {
    const loss = lossOf(output);
    const weight = weights?.[i] ?? 1;
    return weight === 1 ? loss : mul(loss, like(loss, weight));
  });
  return terms.reduce(add);
}
