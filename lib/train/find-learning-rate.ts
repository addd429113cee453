import { channelStatistics } from '../data/statistics';
import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { getNamed, setNamed } from '../models/weights/named';
import type { Recipe } from '../recipe';
import { check } from '../runtime/check';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import { Course } from './course';
import { drawSeed, trainedSteps } from './draws';
import type { Engine, EngineRun } from './engine';
import { graphEngine } from './graph-engine';
import { resolvePrecision } from './precision';
import { checkedSampleWeights } from './image-weights';
import { recipeFor, type TrainOptions } from './train';
import { divide } from './validation';
import { whitenFor } from './whiten';

type Setting =
  | 'batchSize'
  | 'incompleteBatch'
  | 'optimizer'
  | 'loss'
  | 'augmentation'
  | 'normalisation'
  | 'classWeights'
  | 'outputWeights'
  | 'sampleWeights'
  | 'whitening'
  | 'precision'
  | 'validation'
  | 'seed';

/** What rates to try; and the recipe that the rate is for, whose own rate and schedule play no part. */
export interface LearningRateOptions extends Pick<TrainOptions, Setting | 'engine'> {
  /** The smallest rate. Defaults to 1e-7. */
  from?: number;
  /** The largest rate. Defaults to 10. */
  to?: number;
  /** How many steps the rate takes from one to the other. Defaults to 100. */
  steps?: number;
}

/** How the loss of a network fares at growing learning rates. The lists have an entry for each step. */
export interface LearningRateSearch {
  /** Title of the network. */
  readonly network: string;
  /** Name of the dataset. */
  readonly dataset: string;
  readonly optimizer: string;
  readonly batchSize: number;
  readonly rates: readonly number[];
  /** Of each step's batch, before its update. */
  readonly losses: readonly number[];
  /**
   * Means of neighbouring losses, weighted by a bell; losses above all those before the lowest point count no more than
   * these.
   */
  readonly smoothed: readonly number[];
  /** The rate at which the smoothed loss falls fastest; null if it never falls. */
  readonly suggestion: number | null;
  /** The rate at which the smoothed loss is lowest: too large to train with, as a rule. */
  readonly lowest: number;
  readonly ended: 'all rates' | 'diverged' | 'interrupted';
}

/** The loss has diverged once its running mean is this many times the lowest one so far. */
const divergedAt = 4;

/** Standard deviation of the bell that smooths losses, as a share of all steps: wide enough for slopes to be more than noise. */
const smoothing = 0.06;

/**
 * Smith's test for a learning rate (2015, https://arxiv.org/abs/1506.01186, section 3.3): takes steps with a rate that
 * grows exponentially, until the loss diverges. Afterwards the model holds the weights it had. Draws are those of the
 * recipe's seed, so the same call gives the same curve.
 *
 * @throws UserError if an option is out of its range, the model does not fit the dataset, or its loss is not finite from
 *   the start
 */
export async function findLearningRate(
  model: tf.LayersModel,
  dataset: Dataset,
  options: LearningRateOptions = {},
): Promise<LearningRateSearch> {
  const { from = 1e-7, to = 10, steps = 100, engine = graphEngine } = options;
  check(Number.isFinite(from) && from > 0, 'from', from, 'a number above 0');
  check(Number.isFinite(to) && to > from, 'to', to, `a number above ${from}, the rate to start from`);
  check(Number.isSafeInteger(steps) && steps >= 10, 'steps', steps, 'a whole number of at least 10');
  const recipe = recipeFor(model, dataset, settingsOf(options), {
    channels: ({ validation }) =>
      channelStatistics(dataset.train, dataset.imageShape, divide(dataset, validation).train),
    precision: (wanted) =>
      resolvePrecision(wanted, { model, engine, run: undefined, onNotice: () => undefined }),
  });
  const sampleWeights = checkedSampleWeights(options.sampleWeights, dataset);
  const weights = getNamed(model);
  const undoWhitening = whitenFor(model, dataset, recipe);
  try {
    const rateAt = (step: number): number => from * (to / from) ** (step / (steps - 1));
    const { losses, ended } = await lossesAt(rateAt, {
      model,
      dataset,
      recipe,
      sampleWeights,
      engine,
      steps,
    });
    const { batchSize, optimizer } = recipe;
    return {
      ...{ network: titleOf(model), dataset: dataset.name, optimizer: optimizer.kind, batchSize },
      ...analysed(losses, rateAt, smoothing * steps),
      ended,
    };
  } finally {
    undoWhitening();
    setNamed(model, model.weights, weights, 'the network');
  }
}

interface Search {
  readonly model: tf.LayersModel;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly sampleWeights: Float32Array | undefined;
  readonly engine: Engine;
  readonly steps: number;
}

/** Trains the model at these rates. @returns the loss of each step, of which there is at least one */
async function lossesAt(
  rateAt: (step: number) => number,
  { model, dataset, recipe, sampleWeights, engine, steps }: Search,
): Promise<Pick<LearningRateSearch, 'losses' | 'ended'>> {
  const { imageShape, train: images } = dataset;
  const seed = drawSeed(recipe.seed, trainedSteps(model));
  const course = new Course(divide(dataset, recipe.validation).train, { ...recipe, epochs: Infinity });
  const { stepsPerEpoch } = course;
  const batches = batchesOf(course, seed, recipe.batchSize);
  const asked = { toStop: false };
  const forget = onInterrupt(() => (asked.toStop = true));
  let run: EngineRun | undefined;
  const losses: number[] = [];
  try {
    run = await engine.start({
      model,
      images,
      imageShape,
      ...recipe,
      sampleWeights,
      stepsPerEpoch,
      totalSteps: steps,
      seed,
    });
    for (let step = 0; step < steps; step++) {
      const loss = await stepWith(run, { order: batches(step), firstStep: step, learningRate: rateAt });
      if (loss !== null) losses.push(loss);
      if (losses.length === 0) throw new UserError(brokenFromTheStart);
      if (loss === null || hasDiverged(losses)) return { losses, ended: 'diverged' };
      if (asked.toStop) return { losses, ended: 'interrupted' };
    }
    return { losses, ended: 'all rates' };
  } finally {
    forget();
    run?.dispose();
  }
}

const brokenFromTheStart =
  'The first step fails, whatever the learning rate: its loss, or a weight, is not a finite number. Build the network ' +
  'anew; if that does not help, take a smaller rate to start from (from).';

function settingsOf(options: LearningRateOptions): TrainOptions {
  const { batchSize, incompleteBatch, optimizer, loss, augmentation, normalisation } = options;
  const { classWeights, outputWeights, whitening, precision, validation, seed } = options;
  return {
    ...{ batchSize, incompleteBatch, optimizer, loss, augmentation, normalisation },
    ...{ classWeights, outputWeights, whitening, precision, validation, seed },
  };
}

/** The batches of one epoch after another, as training takes them. */
function batchesOf(course: Course, seed: number, size: number): (step: number) => Uint32Array {
  const { stepsPerEpoch } = course;
  return (step) => {
    const order = course.order(seed, Math.floor(step / stepsPerEpoch) + 1);
    const from = (step % stepsPerEpoch) * size;
    return order.subarray(from, from + size);
  };
}

/** @returns the loss; null if it, or a weight after the step, is not finite */
async function stepWith(run: EngineRun, steps: Parameters<EngineRun['train']>[0]): Promise<number | null> {
  let found: number | null = null;
  await run.train(steps, ({ loss, failure }) => {
    found = failure ? null : loss;
    return true;
  });
  return found;
}

/** Means of the losses up to each, in which a loss counts a fifth less than the next; corrected for beginning at 0. */
function runningMeans(losses: readonly number[]): number[] {
  const decay = 0.8;
  let [sum, weight] = [0, 0];
  return losses.map((loss) => {
    sum = decay * sum + loss;
    weight = decay * weight + 1;
    return sum / weight;
  });
}

function hasDiverged(losses: readonly number[]): boolean {
  const means = runningMeans(losses);
  return means[means.length - 1] > divergedAt * Math.min(...means);
}

type Analysis = Pick<LearningRateSearch, 'rates' | 'losses' | 'smoothed' | 'suggestion' | 'lowest'>;

/** @param width of the bell, in steps */
function analysed(losses: readonly number[], rateAt: (step: number) => number, width: number): Analysis {
  const rates = losses.map((_, step) => rateAt(step));
  // A loss that explodes is not to show in the mean of those long before it.
  const ceiling = Math.max(...losses.slice(0, lowestOf(runningMeans(losses)) + 1));
  const smoothed = losses.map((_, i) => {
    const weights = losses.map((_loss, j) => Math.exp(-(((i - j) / width) ** 2) / 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return losses.reduce((sum, loss, j) => sum + Math.min(loss, ceiling) * weights[j], 0) / total;
  });
  const lowest = lowestOf(smoothed);
  // The rates are evenly spaced on a logarithmic axis, so differences are slopes.
  const slopes = smoothed.slice(0, lowest + 1).map((loss, i) => (i === 0 ? 0 : loss - smoothed[i - 1]));
  const steepest = lowestOf(slopes);
  return {
    rates,
    losses,
    smoothed,
    suggestion: steepest > 0 ? rates[steepest] : null,
    lowest: rates[lowest],
  };
}

function lowestOf(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}
