/** Loss, accuracy and predictions of a network for a set of images, batch by batch. */
import { setImmediate } from 'node:timers/promises';
import type { ImageSet } from '../data/types';
import type { Measurement } from '../graph';
import type { Measured } from '../runs/evaluation';
import { tf } from '../runtime/tensorflow';
import { EndingLogits } from './ending-logits';
import { inputBatch } from './input-batch';
import { amongTopFive, lossOf, penaltyOf, probabilitiesOf } from './losses';
import type { TrainedWith } from './trained-with';

export interface BatchOptions {
  /** How many images go through the network at once; changes the speed and nothing else. Defaults to 250. */
  readonly batchSize?: number;
  /** Asked before every batch. */
  readonly stopped?: () => boolean;
}

export interface MeasureOptions extends TrainedWith, BatchOptions {
  readonly imageShape: readonly [number, number, number];
}

/**
 * Measures with tfjs's own `predict`, in inference mode.
 * @param indices of the images; results run over them in this order
 * @returns undefined if `stopped` returned true before the last batch
 */
export async function measure(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  { loss, batchSize, stopped, ...input }: MeasureOptions,
): Promise<Measured | undefined> {
  const classCount = model.outputs[0].shape[1] ?? 0;
  const logits = new EndingLogits(model);
  const [penalty] = tf.tidy(() => penaltyOf(model).dataSync());
  const measureBatch = (batch: Uint32Array): Measurement =>
    tf.tidy(() => {
      const value = model.predictOnBatch(inputBatch(set, batch, input)) as tf.Tensor;
      const output = { value, logits: logits.take() };
      const labels = Int32Array.from(batch, (index) => set.labels[index]);
      const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classCount).cast('float32');
      return {
        classes: value.argMax(-1).dataSync<'int32'>(),
        confidences: probabilitiesOf(loss, output).max(-1).dataSync<'float32'>(),
        losses: lossOf(loss, output, targets).dataSync<'float32'>(),
        topFive: amongTopFive(value, targets).dataSync<'float32'>(),
        penalty,
      };
    });
  try {
    return await measureBatches(set, indices, { batchSize, stopped }, measureBatch);
  } finally {
    logits.restore();
  }
}

/**
 * Measures images batch by batch, and gathers the results.
 * @param measureBatch measures the images at the given indices
 * @returns undefined if `stopped` returned true before the last batch
 */
export async function measureBatches(
  set: ImageSet,
  indices: Uint32Array,
  { batchSize = 250, stopped = () => false }: BatchOptions,
  measureBatch: (batch: Uint32Array) => Measurement,
): Promise<Measured | undefined> {
  const predictions = new Int32Array(indices.length);
  const confidences = new Float32Array(indices.length);
  let [loss, penalty, first, topFive] = [0, 0, 0, 0];
  for (let from = 0; from < indices.length; from += batchSize) {
    // Lets an interrupt arrive: tensor operations themselves never yield.
    await setImmediate();
    if (stopped()) return undefined;
    const batch = indices.subarray(from, from + batchSize);
    const measured = measureBatch(batch);
    predictions.set(measured.classes, from);
    confidences.set(measured.confidences, from);
    penalty = measured.penalty;
    batch.forEach((index, i) => {
      loss += measured.losses[i];
      if (measured.classes[i] === set.labels[index]) first++;
      topFive += measured.topFive[i];
    });
  }
  return {
    loss: loss / indices.length + penalty,
    penalty,
    accuracy: first / indices.length,
    top5: topFive / indices.length,
    predictions,
    confidences,
  };
}
