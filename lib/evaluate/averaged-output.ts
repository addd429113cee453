import type { Loss } from '../recipe';
import { takesLogits } from '../recipe/losses';
import { tf } from '../runtime/tensorflow';
import { probabilitiesOf, type ModelOutput } from './losses';
import type { Views } from './views';

/** Above 0, so that its logarithm is a number. */
const least = 1e-37;

/**
 * One output made of those for several views of the same images: of the same kind, so that losses and metrics are computed
 * from it as from any other.
 * @param outputs one for each view
 * @param loss says what outputs are that come from no softmax
 */
export function averagedOutput(
  outputs: readonly ModelOutput[],
  { views, averaged }: Pick<Views, 'views' | 'averaged'>,
  loss: Loss,
): ModelOutput {
  const mean = (of: (output: ModelOutput) => tf.Tensor): tf.Tensor =>
    tf.addN(outputs.map((output, i) => of(output).mul(views[i].weight)));
  const logits = outputs.map((output) => output.logits).filter((each) => each !== null);
  const areKnown = logits.length === outputs.length;
  if (averaged === 'probabilities') {
    const probabilities = mean((output) => probabilitiesOf(loss, output));
    // Those whose softmax the probabilities are.
    const asLogits = probabilities.maximum(least).log();
    const givesLogits = takesLogits(loss) && !areKnown;
    return { value: givesLogits ? asLogits : probabilities, logits: areKnown ? asLogits : null };
  }
  if (!areKnown) return { value: mean(({ value }) => value), logits: null };
  const before = mean((output) => output.logits as tf.Tensor);
  return { value: before.softmax(), logits: before };
}
