/**
 * Losses and metrics over a batch of images with one class each, by Keras's definitions, as operations of tfjs. Training
 * and measuring both use them. lib/graph/losses.ts has the same for graphs; a test compares both with Keras.
 */
import { leafLayers } from '../models/leaf-layers';
import type { BuiltInLoss, Loss } from '../recipe';
import { takesLogits } from '../recipe/losses';
import { tf } from '../runtime/tensorflow';

/** Keras keeps probabilities this far from 0 and 1 before it takes their logarithm. */
const smallest = 1e-7;

/** A model's output for a batch. */
export interface ModelOutput {
  /** float32 [n, classes] */
  readonly value: tf.Tensor;
  /** What `value` is the softmax of, if the model ends in one; float32 [n, classes] */
  readonly logits: tf.Tensor | null;
}

/**
 * The loss of each image, without penalties.
 * @param targets one-hot rows, float32 [n, classes]
 * @returns float32 [n]
 */
export function lossOf(loss: BuiltInLoss, output: ModelOutput, targets: tf.Tensor): tf.Tensor {
  const { value } = output;
  if (loss.kind === 'meanSquaredError') return value.sub(targets).square().mean(-1);
  const { fromLogits, labelSmoothing } = loss;
  // From the logits, the loss is exact however small a probability is.
  const logits = output.logits ?? (fromLogits ? value : null);
  const clipped = (probabilities: tf.Tensor): tf.Tensor =>
    probabilities.clipByValue(smallest, 1 - smallest).log();
  const crossEntropy = (distribution: tf.Tensor, logarithms: tf.Tensor): tf.Tensor =>
    distribution.mul(logarithms).sum(-1).neg();
  if (labelSmoothing === 0) return crossEntropy(targets, tf.logSoftmax(logits ?? clipped(value)));
  const classes = value.shape[1] ?? 1;
  const smooth = targets.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  if (logits) return crossEntropy(smooth, tf.logSoftmax(logits));
  return crossEntropy(smooth, clipped(value.div(value.sum(-1, true))));
}

/** float32 [n, classes] */
export function probabilitiesOf(loss: Loss, { value, logits }: ModelOutput): tf.Tensor {
  return takesLogits(loss) && !logits ? value.softmax() : value;
}

/** Whether the class is the most probable one. @returns float32 [n], 1 or 0 */
export function isFirst(value: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return value.argMax(-1).equal(targets.argMax(-1)).cast('float32');
}

/** Whether the class is among the five most probable, ties included. @returns float32 [n], 1 or 0 */
export function amongTopFive(value: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const ofTruth = value.mul(targets).sum(-1, true);
  return value.greater(ofTruth).sum(-1).less(5).cast('float32');
}

/**
 * What regularisers add to the loss: one term for each weight, however often its layer is used, and none for layers
 * that are frozen. (tfjs itself counts a shared layer once for each use.)
 * @returns float32 scalar
 */
export function penaltyOf(model: tf.LayersModel): tf.Scalar {
  return tf.tidy(() => {
    const terms = leafLayers(model).flatMap(({ layer, trainable }) =>
      trainable ? layer.calculateLosses() : [],
    );
    return terms.reduce<tf.Scalar>((total, term) => total.add(term), tf.scalar(0));
  });
}
