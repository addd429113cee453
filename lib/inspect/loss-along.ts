/** The loss of a network whose weights move along a path, for instance on the line between two solutions. */
import { allIndices, takeSubset } from '../data/subset';
import type { Dataset } from '../data/types';
import { measureBatches } from '../evaluate/batches';
import { checkFit } from '../evaluate/fit';
import { trainedWith } from '../evaluate/trained-with';
import { Population, Trainer } from '../graph';
import { titleOf } from '../models/registry';
import { noAugmentation, sgd } from '../recipe';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';

export interface PathOptions {
  /** Where on the path to measure. Defaults to 0, 0.1, …, 1. */
  readonly at?: readonly number[];
  /** How many training images to measure, from the first on. Defaults to 200, or all if there are fewer. */
  readonly images?: number;
  /**
   * Batch normalisation's mean and variance at each point: `fresh` takes them anew, from the images that are measured;
   * `path` has what the path says. An average of two networks' statistics is not that of the network between them
   * (Jordan et al. 2022, https://arxiv.org/abs/2211.08403). Defaults to `fresh`.
   */
  readonly statistics?: 'fresh' | 'path';
}

export interface LossAlong {
  readonly network: string;
  readonly dataset: string;
  /** Number of training images measured. */
  readonly images: number;
  readonly points: readonly PathPoint[];
}

export interface PathPoint {
  readonly at: number;
  /** Without penalties on weights. */
  readonly loss: number;
  readonly accuracy: number;
}

const tenths = Array.from({ length: 11 }, (_, i) => i / 10);

/**
 * Measures a network with the weights that a path has for each of its points, such as `(1 − α)·start + α·end`
 * (Goodfellow, Vinyals & Saxe 2014, https://arxiv.org/abs/1412.6544). Leaves the weights unchanged.
 * @param path from a position to all weights, as `model.getWeights()` has them; they are disposed of
 * @throws UserError if the network does not fit the dataset, there are not that many images, the path has other weights,
 *   or if interrupted
 */
export async function lossAlong(
  model: tf.LayersModel,
  path: (at: number) => tf.Tensor[],
  dataset: Dataset,
  { at = tenths, images = Math.min(200, dataset.train.count), statistics = 'fresh' }: PathOptions = {},
): Promise<LossAlong> {
  checkFit(model, dataset);
  if (!(Number.isInteger(images) && images >= 1 && images <= dataset.train.count)) {
    throw new UserError(
      `images is ${images}; expected a whole number from 1 to ${dataset.train.count}, the number of training images.`,
    );
  }
  const indices = allIndices(images);
  const set = takeSubset(dataset.train, indices);
  const before = model.getWeights().map((weight) => weight.clone());
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  const trainer = await Trainer.compile({
    ...{ ...trainedWith(model), model, imageShape: dataset.imageShape, examples: set, statistics: true },
    // Nothing is trained.
    ...{ augmentation: noAugmentation, optimizer: sgd(), dtype: 'float32', seed: 1 },
  });
  try {
    const points: PathPoint[] = [];
    for (const position of at) {
      setWeights(model, path(position));
      trainer.readModel();
      if (statistics === 'fresh') takeStatistics(trainer, images);
      const measured = await measureBatches(
        set,
        indices,
        { batchSize, stopped: () => interrupted },
        (batch) => trainer.measure(Int32Array.from(batch)),
      );
      if (!measured) throw new UserError('The measurement was interrupted. Run it again for a result.');
      const { loss, penalty = 0, accuracy } = measured;
      points.push({ at: position, loss: loss - penalty, accuracy });
    }
    return { network: titleOf(model), dataset: dataset.name, images, points };
  } finally {
    forget();
    trainer.dispose();
    model.setWeights(before);
    tf.dispose(before);
  }
}

/** Images that go through the network at once. */
const batchSize = 100;

/** From batches of one size; up to `batchSize` images at the end may be left out. */
function takeStatistics(trainer: Trainer, images: number): void {
  if (trainer.statistics.length === 0) return;
  const size = Math.min(batchSize, images);
  const population = new Population(trainer.statistics);
  for (let from = 0; from + size <= images; from += size) {
    population.add(trainer.batchStatistics(Int32Array.from({ length: size }, (_, i) => from + i)), size);
  }
  trainer.setStatistics(population);
}

/** @throws UserError if they are not the model's; disposes of them in any case */
function setWeights(model: tf.LayersModel, weights: readonly tf.Tensor[]): void {
  try {
    const [expected, given] = [model.getWeights(), weights].map((all) =>
      all.map(({ shape }) => `[${shape.join(', ')}]`),
    );
    for (let i = 0; i < Math.max(expected.length, given.length); i++) {
      if (expected.at(i) === given.at(i)) continue;
      throw new UserError(
        `The path's weight ${i + 1} is ${given.at(i) ?? 'missing'}; expected ${expected.at(i) ?? 'none'}, as "${model.name}" has it.`,
      );
    }
    model.setWeights([...weights]);
  } finally {
    tf.dispose([...weights]);
  }
}
