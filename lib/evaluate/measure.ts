/** Loss, accuracy and predictions of a network for a set of images, batch by batch. */
import { setImmediate } from 'node:timers/promises';
import type { ImageSet } from '../data/types';
import type { Measurement } from '../graph';
import type { Measured } from '../runs/evaluation';
import { tf } from '../runtime/tensorflow';
import { EndingLogits } from './ending-logits';
import { modelBatch } from './input-batch';
import { amongTopFive, penaltyOf, probabilitiesOf, type ModelOutput } from './losses';
import { perImageMeasures, type PerImage, type PerImageMeasures } from './per-image';
import type { TrainedWith } from './trained-with';

export interface BatchOptions {
  /** How many images go through the network at once; changes the speed and nothing else. Defaults to 250. */
  readonly batchSize?: number;
  /** Asked before every batch. */
  readonly stopped?: () => boolean;
}

export interface MeasureOptions extends Omit<TrainedWith, 'outputWeights'>, BatchOptions {
  /** How much each output counts in the loss. Defaults to 1 each. */
  readonly outputWeights?: readonly number[] | null;
  readonly imageShape: readonly [number, number, number];
}

/**
 * Measures with tfjs's own `predict`, in inference mode. Predictions are those of the first output; the loss is the sum
 * over all outputs.
 * @param indices of the images; results run over them in this order
 * @returns undefined if `stopped` returned true before the last batch
 */
export async function measure(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  { loss, metrics, outputWeights, batchSize, stopped, ...input }: MeasureOptions,
): Promise<Measured | undefined> {
  const heads = await headsOf(model, { loss, metrics });
  const [penalty] = tf.tidy(() => penaltyOf(model).dataSync());
  const measureBatch = (batch: Uint32Array): Measurement =>
    tf.tidy(() => {
      const inputs = modelBatch(model, set, batch, input);
      const labels = Int32Array.from(batch, (index) => set.labels[index]);
      const [first, ...others] = heads.map((head) => measureHead(head, inputs, labels));
      const { output, perImage } = first;
      const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), output.value.shape[1] ?? 0).cast('float32');
      return {
        classes: output.value.argMax(-1).dataSync<'int32'>(),
        confidences: probabilitiesOf(loss, output).max(-1).dataSync<'float32'>(),
        topFive: amongTopFive(output.value, targets).dataSync<'float32'>(),
        losses: weightedSum(
          [first, ...others].map((each) => each.perImage.losses),
          outputWeights,
        ),
        metrics: perImage.metrics,
        penalty,
      };
    });
  try {
    return await measureBatches(set, indices, { batchSize, stopped }, measureBatch);
  } finally {
    // In reverse: two outputs of one layer watch it one on top of the other.
    for (const head of heads.reverse()) {
      head.logits.restore();
      head.perImage.dispose();
    }
  }
}

/** A model up to one of its outputs. */
interface Head {
  readonly model: tf.LayersModel;
  readonly logits: EndingLogits;
  readonly perImage: PerImageMeasures;
}

/** One head for each output; the metrics are for the first. */
function headsOf(
  model: tf.LayersModel,
  { loss, metrics }: Pick<TrainedWith, 'loss' | 'metrics'>,
): Promise<Head[]> {
  const { inputs, outputs } = model;
  const models =
    outputs.length === 1 ? [model] : outputs.map((output) => tf.model({ inputs, outputs: output }));
  return Promise.all(
    models.map(async (each, i): Promise<Head> => {
      const logits = new EndingLogits(each);
      const measured = { loss, metrics: i === 0 ? metrics : [] };
      const classCount = each.outputs[0].shape[1] ?? 0;
      return { model: each, logits, perImage: await perImageMeasures(measured, classCount, logits.areKnown) };
    }),
  );
}

function measureHead(
  { model, logits, perImage }: Head,
  inputs: tf.Tensor[],
  labels: Int32Array,
): { readonly output: ModelOutput; readonly perImage: PerImage } {
  const value = model.predictOnBatch(inputs) as tf.Tensor;
  const output = { value, logits: logits.take() };
  return { output, perImage: perImage.measure(output, labels) };
}

/** Weights default to 1 each. */
function weightedSum(
  losses: readonly Float32Array[],
  weights: readonly number[] | null | undefined,
): Float32Array {
  if (losses.length === 1 && !weights) return losses[0];
  return losses[0].map((_, image) =>
    losses.reduce((total, each, i) => total + (weights?.[i] ?? 1) * each[image], 0),
  );
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
