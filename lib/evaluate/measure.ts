/** Loss, accuracy and predictions of a network for a set of images, batch by batch. */
import { setImmediate } from 'node:timers/promises';
import type { ImageSet } from '../data/types';
import type { Measurement } from '../graph';
import type { Measured } from '../runs/evaluation';
import { tf } from '../runtime/tensorflow';
import { EndingLogits } from './ending-logits';
import { inputBatch } from './input-batch';
import { amongTopFive, penaltyOf, probabilitiesOf } from './losses';
import { perImageMeasures } from './per-image';
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
  { loss, metrics, batchSize, stopped, ...input }: MeasureOptions,
): Promise<Measured | undefined> {
  const classCount = model.outputs[0].shape[1] ?? 0;
  const logits = new EndingLogits(model);
  const perImage = await perImageMeasures({ loss, metrics }, classCount, logits.areKnown);
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
        topFive: amongTopFive(value, targets).dataSync<'float32'>(),
        ...perImage.measure(output, labels),
        penalty,
      };
    });
  try {
    return await measureBatches(set, indices, { batchSize, stopped }, measureBatch);
  } finally {
    logits.restore();
    perImage.dispose();
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
  const metrics: Record<string, number> = {};
  for (let from = 0; from < indices.length; from += batchSize) {
    // Lets an interrupt arrive: tensor operations themselves never yield.
    await setImmediate();
    if (stopped()) return undefined;
    const batch = indices.subarray(from, from + batchSize);
    const measured = measureBatch(batch);
    predictions.set(measured.classes, from);
    confidences.set(measured.confidences, from);
    penalty = measured.penalty;
    for (const [name, values] of Object.entries(measured.metrics)) {
      metrics[name] = values.reduce((total, value) => total + value, metrics[name] ?? 0);
    }
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
    ...meansOf(metrics, indices.length),
    predictions,
    confidences,
  };
}

/** Empty without metrics. */
function meansOf(sums: Readonly<Record<string, number>>, count: number): Pick<Measured, 'metrics'> {
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / count] as const);
  return means.length === 0 ? {} : { metrics: Object.fromEntries(means) };
}
