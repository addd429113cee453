import type { ImageSet } from '../data/types';
import type { Loss } from '../recipe';
import type { Measured } from '../runs/evaluation';
import { tf } from '../runtime/tensorflow';
import { inputBatch } from './input-batch';
import type { TrainedWith } from './trained-with';

export interface MeasureOptions extends TrainedWith {
  readonly imageShape: readonly [number, number, number];
  /** How many images go through the network at once; changes the speed and nothing else. 250 unless told. */
  readonly batchSize?: number;
  readonly stopped?: () => boolean;
}

/**
 * Loss and predictions for the images at `indices`, in that order, by tfjs's own `predict`.
 * @returns undefined if `stopped` said so before the last batch
 */
export async function measure(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  { loss, batchSize = 250, stopped = () => false, ...input }: MeasureOptions,
): Promise<Measured | undefined> {
  const predictions = new Uint8Array(indices.length);
  const confidences = new Float32Array(indices.length);
  let total = 0;
  let first = 0;
  let topFive = 0;
  for (let from = 0; from < indices.length; from += batchSize) {
    // Lets an interrupt arrive: the tensor work itself never gives way.
    await tf.nextFrame();
    if (stopped()) return undefined;
    const batch = indices.subarray(from, from + batchSize);
    const outputs = tf.tidy(() => {
      const output = model.predictOnBatch(inputBatch(set, batch, input)) as tf.Tensor2D;
      return output.dataSync<'float32'>();
    });
    const classes = outputs.length / batch.length;
    batch.forEach((index, i) => {
      const row = outputs.subarray(i * classes, (i + 1) * classes);
      const label = set.labels[index];
      const best = indexOfLargest(row);
      predictions[from + i] = best;
      confidences[from + i] = probabilitiesOf(loss, row)[best];
      total += lossOfRow(loss, row, label);
      if (best === label) first++;
      if (row.reduce((better, value) => better + (value > row[label] ? 1 : 0), 0) < 5) topFive++;
    });
  }
  return {
    loss: total / indices.length + penalties(model),
    accuracy: first / indices.length,
    top5: topFive / indices.length,
    predictions,
    confidences,
  };
}

/** Keras, and tfjs after it, keep probabilities this far from 0 and 1 before taking the logarithm. */
const smallest = 1e-7;

/** @param row what the model gave for one image, a value for each class */
function lossOfRow(loss: Loss, row: ArrayLike<number>, label: number): number {
  const classes = row.length;
  const sum = (term: (c: number) => number): number => {
    let total = 0;
    for (let c = 0; c < classes; c++) total += term(c);
    return total;
  };
  if (loss.kind === 'meanSquaredError') return sum((c) => (row[c] - (c === label ? 1 : 0)) ** 2) / classes;
  const { labelSmoothing } = loss;
  const probabilities = probabilitiesOf(loss, row);
  return sum((c) => {
    const target = (c === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
    return target === 0
      ? 0
      : -target * Math.log(Math.min(Math.max(probabilities[c], smallest), 1 - smallest));
  });
}

function probabilitiesOf(loss: Loss, row: ArrayLike<number>): ArrayLike<number> {
  if (loss.kind !== 'crossEntropy' || !loss.fromLogits) return row;
  const largest = row[indexOfLargest(row)];
  const powers = Array.from(row, (value) => Math.exp(value - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Penalties on weights are part of every loss that Keras reports, also of the one for validation. */
function penalties(model: tf.LayersModel): number {
  return tf.tidy(() => model.calculateLosses().reduce((total, penalty) => total + penalty.dataSync()[0], 0));
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
