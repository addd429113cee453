/**
 * Batch normalisation's statistics over many training images, for inference (Wu & Johnson 2021,
 * https://arxiv.org/abs/2105.07576, section 3): each batch is normalised by its own mean and variance, as in training,
 * and what the layers find is put together for all batches.
 */
import type { Graph } from './graph';
import { lowerModel } from './lower-model';
import { identity } from './ops/array';
import { placeholder } from './ops/constant';
import { signature } from './signatures';
import type { Variable } from './ops/variable';
import { size, type Store } from './store';
import { plainInputs, type TrainingData } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { ModelWeight, Weights } from './weights';

/** What one call of a layer finds in a batch. */
export interface BatchStatistic {
  /** The weight that follows it in training. */
  readonly weight: ModelWeight;
  /** The weight's key. */
  readonly name: string;
  /** For a variance: the position of the mean that it is about; otherwise null. */
  readonly mean: number | null;
  /** As in `Statistic`. */
  readonly besselPlaces: number | null;
}

/**
 * Offers `statistics`: indices int32 [n] → the values of the returned statistics, in their order, for the images at these
 * indices. They are taken without augmentation and dropout, as in inference. Offers nothing if there are none.
 * @param averages what the network is validated with in place of its weights
 */
export function offerBatchStatistics(
  graph: Graph,
  weights: Weights,
  data: TrainingData,
  options: TrainingGraphOptions,
  averages: ReadonlyMap<Store, Variable>,
): readonly BatchStatistic[] {
  return graph.within(signature.statistics, () => {
    const indices = placeholder(graph, 'indices', 'int32', [null]);
    const inputs = plainInputs(data, indices, options);
    const { model, dtype, device } = options;
    const mode = { training: false, batchStatistics: true, dtype, device };
    const { follows } = lowerModel(model, weights.reading(averages), inputs, mode);
    if (follows.length > 0) {
      const outputs = follows.map(({ statistic }) => identity(statistic.value));
      graph.offer(signature.statistics, { inputs: [indices], outputs });
    }
    const keys = new Map(weights.all.map(({ weight, name }) => [weight.id, name]));
    const names = follows.map(({ weight }) => keys.get(weight.id) ?? weight.originalName);
    return follows.map(({ weight, statistic: { besselPlaces } }, i) => {
      return { weight, name: names[i], mean: meanOf(names, i), besselPlaces };
    });
  });
}

/** A layer that is called twice has two means and two variances, in the order of the calls. */
function meanOf(names: readonly string[], i: number): number | null {
  const name = names[i].replace(/moving_variance$/, 'moving_mean');
  if (name === names[i]) return null;
  const call = names.slice(0, i).filter((each) => each === names[i]).length;
  return names.flatMap((each, at) => (each === name ? [at] : []))[call] ?? null;
}

/** Puts the statistics of equally large batches together. */
export class Population {
  readonly #sums: Float64Array[];
  readonly #statistics: readonly BatchStatistic[];
  #batches = 0;

  constructor(statistics: readonly BatchStatistic[]) {
    this.#statistics = statistics;
    this.#sums = statistics.map(({ weight }) => new Float64Array(size(weight.shape as number[])));
  }

  /**
   * @param values of each statistic
   * @param images in the batch
   */
  add(values: readonly ArrayLike<number>[], images: number): void {
    this.#statistics.forEach(({ mean, besselPlaces }, i) => {
      const sums = this.#sums[i];
      const share = besselPlaces === null ? 1 : 1 - 1 / (besselPlaces * images);
      // Of a variance, the second moment is summed: σ² + μ².
      for (let j = 0; j < sums.length; j++) {
        sums[j] += share * values[i][j] + (mean === null ? 0 : values[mean][j] ** 2);
      }
    });
    this.#batches++;
  }

  /** The value of each weight over all batches: a mean, or with Σ over batches σ² = Σ(σ² + μ²)/n − (Σμ/n)². */
  values(): ReadonlyMap<ModelWeight, Float32Array> {
    const weights = new Set(this.#statistics.map(({ weight }) => weight));
    return new Map([...weights].map((weight) => [weight, this.#valueOf(weight)]));
  }

  #valueOf(weight: ModelWeight): Float32Array {
    const own = this.#statistics.flatMap((each, i) => (each.weight === weight ? [i] : []));
    const moments = this.#average(own);
    const means = own.flatMap((i) => this.#statistics[i].mean ?? []);
    if (means.length === 0) return Float32Array.from(moments);
    const centre = this.#average(means);
    return Float32Array.from(moments, (moment, j) => Math.max(0, moment - centre[j] ** 2));
  }

  /** Over the batches, and over the calls of a layer. */
  #average(positions: readonly number[]): Float64Array {
    const count = positions.length * this.#batches;
    return this.#sums[positions[0]].map((_, j) =>
      positions.reduce((total, i) => total + this.#sums[i][j] / count, 0),
    );
  }
}
