/**
 * Losses and metrics over a batch of images with one class each, by Keras's definitions: for training and for measuring
 * alike. lib/evaluate/losses.ts is the same for tfjs; a test holds both against Keras.
 */
import type { Loss } from '../recipe/losses';
import type { CustomMetric } from '../recipe/metrics';
import { customLossOf, customMetricOf } from './custom/loss';
import type { Value } from './graph';
import type { ModelOutput } from './lower-model';
import { NotLowered } from './not-lowered';
import { softmax } from './ops/activation';
import { oneHot, reshape } from './ops/array';
import { floatsOf, intsOf } from './ops/bits';
import { sum } from './ops/broadcast';
import { cast, like } from './ops/cast';
import { less } from './ops/compare';
import { constant } from './ops/constant';
import { denseCrossEntropy, sparseCrossEntropy } from './ops/cross-entropy';
import { gather, gatherRows } from './ops/gather';
import { add, div, equal, log, maximum, minimum, mul, neg, square, sub } from './ops/math';
import { argMax, inTopK, mean } from './ops/reduce';
import type { Device } from './types';

/** Keras keeps probabilities this far from 0 and 1 before it takes their logarithm. */
const smallest = 1e-7;

/**
 * The loss of each image, without penalties.
 * @param classes int32 [n]
 * @returns float32 [n]
 * @throws NotLowered unless the model gives a vector for each image
 */
export function lossOf(loss: Loss, output: ModelOutput, classes: Value): Value {
  const { value } = output;
  const [, count] = value.shape;
  if (value.shape.length !== 2 || typeof count !== 'number') {
    throw new NotLowered(
      `The loss "${loss.kind}"`,
      `the model gives ${value.shape.length - 1} dimensions for an image, not one`,
    );
  }
  if (loss.kind === 'meanSquaredError') return mean(square(sub(value, oneHot(classes, count))), [1]);
  const logits = logitsOf(loss, output);
  if (loss.kind === 'custom') return customLossOf(loss, { value, logits }, classes);
  const { labelSmoothing } = loss;
  if (labelSmoothing === 0) return sparseCrossEntropy(logits ?? log(clipped(value)), classes);
  const hard = mul(oneHot(classes, count), like(value, 1 - labelSmoothing));
  const targets = add(hard, like(value, labelSmoothing / count));
  if (logits) return denseCrossEntropy(logits, targets);
  const shares = div(value, sum(value, [1], true));
  return neg(sum(mul(targets, log(clipped(shares))), [1]));
}

/**
 * A softmax at the end is looked through, which is exact however small a probability is. (Keras looks through a sigmoid as
 * well, as if it were a softmax: not so here.)
 */
function logitsOf(loss: Loss, { value, logits }: ModelOutput): Value | null {
  return logits ?? (loss.kind !== 'meanSquaredError' && loss.fromLogits ? value : null);
}

/**
 * The loss of each image in training, times its weight: that of its class and, if given, its own. As in Keras, the mean of
 * these divides by the number of images, not by the sum of their weights.
 * @param sampleWeights float32 [n]
 * @returns float32 [n]
 */
export function trainingLossOf(
  { loss, classWeights }: TrainingLossOptions,
  output: ModelOutput,
  classes: Value,
  sampleWeights: Value | null,
): Value {
  const { graph } = classes;
  const losses = lossOf(loss, output, classes);
  const ofClasses =
    classWeights &&
    gather(
      constant(graph, { dtype: 'float32', shape: [classWeights.length], values: classWeights }),
      classes,
    );
  return [ofClasses, sampleWeights].reduce<Value>(
    (product, each) => (each ? mul(product, each) : product),
    losses,
  );
}

export interface TrainingLossOptions {
  readonly loss: Loss;
  /** One for each class; null if all count alike. */
  readonly classWeights?: readonly number[] | null;
}

/** The value of each metric for each image; float32 [n] each */
export function metricsOf(
  { loss, metrics = [] }: { readonly loss: Loss; readonly metrics?: readonly CustomMetric[] },
  output: ModelOutput,
  classes: Value,
): readonly Value[] {
  const { value } = output;
  return metrics.map((metric) => customMetricOf(metric, { value, logits: logitsOf(loss, output) }, classes));
}

function clipped(probabilities: Value): Value {
  return maximum(minimum(probabilities, like(probabilities, 1 - smallest)), like(probabilities, smallest));
}

/** float32 [n, classes] */
export function probabilitiesOf(loss: Loss, { value, logits }: ModelOutput): Value {
  return loss.kind !== 'meanSquaredError' && loss.fromLogits && !logits ? softmax(value) : value;
}

/** Whether the class is the most probable one. int32 [n] → float32 [n], 1 or 0 */
export function isFirst({ value }: ModelOutput, classes: Value, device: Device): Value {
  // A GPU has its whole numbers compared on the host.
  const comparable = (whole: Value): Value => (device === 'gpu' ? cast(whole, 'float32') : whole);
  return cast(equal(comparable(argMax(value)), comparable(classes)), 'float32');
}

/** Whether the class is among the five most probable, ties included. int32 [n] → float32 [n], 1 or 0 */
export function amongTopFive({ value }: ModelOutput, classes: Value, device: Device = 'cpu'): Value {
  const [n, count] = value.shape;
  const k = Math.min(5, count ?? 5);
  if (device === 'cpu') return cast(inTopK(value, classes, k), 'float32');
  // `InTopKV2` has its k copied to a GPU at every step. Whole numbers change their shape on the host, floats on the card.
  const column = intsOf(reshape(floatsOf(classes), [n, 1]));
  const better = cast(less(gatherRows(value, column), value), 'float32');
  return cast(less(sum(better, [1]), like(value, k)), 'float32');
}
