/** Losses and metrics over a batch of images with one class each. */
import type { Loss } from '../recipe/losses';
import type { Value } from './graph';
import { NotLowered } from './not-lowered';
import { oneHot } from './ops/array';
import { sum } from './ops/broadcast';
import { cast, like } from './ops/cast';
import { denseCrossEntropy, sparseCrossEntropy } from './ops/cross-entropy';
import { add, div, equal, log, maximum, minimum, mul, square, sub } from './ops/math';
import { argMax, inTopK, mean } from './ops/reduce';

/** Keras, and tfjs after it, keep probabilities this far from 0 and 1 before taking the logarithm. */
const smallest = 1e-7;

/**
 * The loss of each image, without penalties.
 * @param output what the model gives: float32 [n, classes]
 * @param classes int32 [n]
 * @returns float32 [n]
 */
export function lossOf(loss: Loss, output: Value, classes: Value): Value {
  const [, count] = output.shape;
  if (output.shape.length !== 2 || typeof count !== 'number') {
    throw new NotLowered(
      `The loss "${loss.kind}"`,
      `the model gives ${output.shape.length - 1} dimensions an image, not one`,
    );
  }
  if (loss.kind === 'meanSquaredError') return mean(square(sub(output, oneHot(classes, count))), [1]);
  const { fromLogits, labelSmoothing } = loss;
  const logits = fromLogits ? output : logitsOf(output);
  if (labelSmoothing === 0) return sparseCrossEntropy(logits, classes);
  const hard = mul(oneHot(classes, count), like(output, 1 - labelSmoothing));
  return denseCrossEntropy(logits, add(hard, like(output, labelSmoothing / count)));
}

/**
 * What softmax makes the model's probabilities from: the logits themselves where the model ends in a softmax, which
 * is exact however small a probability is; logarithms elsewhere.
 */
function logitsOf(probabilities: Value): Value {
  const { node } = probabilities;
  if (node.op === 'Softmax') return node.inputs[0];
  const share = div(probabilities, sum(probabilities, [1], true));
  return log(maximum(minimum(share, like(share, 1 - smallest)), like(share, smallest)));
}

/** How many of a batch were right. Each a float32 scalar. */
export interface Hits {
  readonly first: Value;
  /** Among the five most probable; among all, where there are fewer classes. */
  readonly topFive: Value;
}

export function countHits(output: Value, classes: Value): Hits {
  const [, count] = output.shape;
  const scores = output.node.op === 'Softmax' ? output.node.inputs[0] : output;
  return {
    first: sum(cast(equal(argMax(scores), classes), 'float32')),
    topFive: sum(cast(inTopK(scores, classes, Math.min(5, count ?? 5)), 'float32')),
  };
}
