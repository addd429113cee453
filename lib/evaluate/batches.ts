/** Images measured batch by batch, and the results put together. */
import { setImmediate } from 'node:timers/promises';
import type { ImageSet } from '../data/types';
import type { Measurement } from '../graph';
import type { Measured } from '../runs/evaluation';

export interface BatchOptions {
  /** How many images go through the network at once; changes the speed and nothing else. Defaults to 250. */
  readonly batchSize?: number;
  /** Asked before every batch. */
  readonly stopped?: () => boolean;
}

/** @returns false if `stopped` returned true before the last batch */
export async function forEachBatch(
  indices: Uint32Array,
  { batchSize = 250, stopped = () => false }: BatchOptions,
  use: (batch: Uint32Array) => void,
): Promise<boolean> {
  for (let from = 0; from < indices.length; from += batchSize) {
    // Lets an interrupt arrive: tensor operations themselves never yield.
    await setImmediate();
    if (stopped()) return false;
    use(indices.subarray(from, from + batchSize));
  }
  return true;
}

/**
 * Measures images batch by batch, and gathers the results.
 * @param measureBatch measures the images at the given indices
 * @returns undefined if `stopped` returned true before the last batch
 */
export async function measureBatches(
  set: ImageSet,
  indices: Uint32Array,
  options: BatchOptions,
  measureBatch: (batch: Uint32Array) => Measurement,
): Promise<Measured | undefined> {
  const tally = new Tally(set, indices.length);
  const isDone = await forEachBatch(indices, options, (batch) => {
    tally.add(batch, measureBatch(batch));
  });
  return isDone ? tally.result() : undefined;
}

/** Adds up measurements of batches of one set. */
export class Tally {
  readonly #labels: Uint8Array;
  readonly #count: number;
  readonly #predictions: Int32Array;
  readonly #confidences: Float32Array;
  #images = 0;
  #loss = 0;
  #penalty = 0;
  #first = 0;
  #topFive = 0;
  readonly #metrics: Record<string, number> = {};

  /** @param count of all images that will be added */
  constructor({ labels }: ImageSet, count: number) {
    this.#labels = labels;
    this.#count = count;
    this.#predictions = new Int32Array(count);
    this.#confidences = new Float32Array(count);
  }

  /** @param batch indices of the images */
  add(batch: Uint32Array, { classes, confidences, losses, topFive, metrics, penalty }: Measurement): void {
    this.#predictions.set(classes, this.#images);
    this.#confidences.set(confidences, this.#images);
    this.#images += batch.length;
    this.#penalty = penalty;
    for (const [name, values] of Object.entries(metrics)) {
      this.#metrics[name] = values.reduce((total, value) => total + value, this.#metrics[name] ?? 0);
    }
    batch.forEach((index, i) => {
      this.#loss += losses[i];
      if (classes[i] === this.#labels[index]) this.#first++;
      this.#topFive += topFive[i];
    });
  }

  result(): Measured {
    const count = this.#count;
    return {
      loss: this.#loss / count + this.#penalty,
      penalty: this.#penalty,
      accuracy: this.#first / count,
      top5: this.#topFive / count,
      ...meansOf(this.#metrics, count),
      predictions: this.#predictions,
      confidences: this.#confidences,
    };
  }
}

/** Empty without metrics. */
function meansOf(sums: Readonly<Record<string, number>>, count: number): Pick<Measured, 'metrics'> {
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / count] as const);
  return means.length === 0 ? {} : { metrics: Object.fromEntries(means) };
}
