import type { Dataset } from '../data/types';
import type { NetworkName } from '../models/registry';
import type { Evaluation } from '../runs/evaluation';
import type { TrainCallbacks } from '../train/callbacks';
import { lessonResult, type LessonResult } from '../lessons/lesson-result';
import { comparedNetworks, seedsFor, type ProfileName } from '../lessons/profiles';
import { networkResult, type NetworkResult } from '../lessons/result';
import { undisturbedSeconds } from '../published/undisturbed';
import { spreadOf } from '../runs/results';
import { UserError } from '../runtime/errors';
import { inNoise, pooledSpread } from './noise';

/** One network, trained with several seeds. */
export interface SeededResult {
  readonly network: NetworkName;
  /** The network's title, with its width unless that is 1, and what else is different. */
  readonly name: string;
  /** One for each seed. */
  readonly runs: readonly LessonResult[];
}

/**
 * Every network that lessons compare, as its lesson trains it in this profile, with each of the profile's seeds, in the order of the lessons.
 * Runs that are stored are loaded; the others are trained.
 * @param callbacks called during training
 * @throws UserError if it is interrupted, since a partly trained network is not a result; the runs so far are kept
 */
export async function lessonResults(
  profile: ProfileName,
  dataset: Dataset,
  callbacks: readonly TrainCallbacks[] = [],
): Promise<SeededResult[]> {
  const all: SeededResult[] = [];
  for (const network of comparedNetworks) {
    const runs: LessonResult[] = [];
    for (const seed of seedsFor(profile)) {
      const run = await lessonResult(network, profile, dataset, callbacks, seed);
      if (run.history.interrupted) {
        throw new UserError(
          `Interrupted while training ${run.name}. Run the cell again to continue from there.`,
        );
      }
      runs.push(run);
    }
    all.push({ network, name: runs[0].name, runs });
  }
  return all;
}

/**
 * The network's row in a comparison. Accuracy is the mean over the seeds. Seconds are those of a training that nothing
 * disturbs: all images at the speed of the fastest epoch of all seeds. What a run took depends on what else the machine was doing.
 */
export function seededRow(result: SeededResult): NetworkResult {
  const { name, runs } = result;
  const [{ model, history, evaluation }] = runs;
  const accuracy = spreadOf(testAccuracies(result));
  const seconds = Math.min(...runs.map((run) => undisturbedSeconds(run)));
  return {
    ...networkResult(model, { history, evaluation, name }),
    ...{ accuracy: accuracy.mean, deviation: accuracy.deviation },
    ...{ seconds, imagesPerSecond: history.images / seconds },
  };
}

/** Two networks on the same images. */
export interface Pair {
  readonly better: string;
  readonly worse: string;
  /** Difference of their accuracies, each a mean over the seeds. */
  readonly lead: number;
  /** The lead, in units of its standard deviation over seeds. */
  readonly inSeeds: number;
  /** Fraction of the images that only the better one classifies correctly, each network with its first seed. */
  readonly onlyBetter: number;
  readonly onlyWorse: number;
  /**
   * The difference of these two fractions, in units of its standard deviation over test images: the square root of
   * McNemar's statistic (McNemar 1947).
   */
  readonly inImages: number;
}

/** Compares each network with the next best one. */
export function neighbours(results: readonly SeededResult[], labels: Uint8Array): Pair[] {
  const accuracyOf = (result: SeededResult): number => spreadOf(testAccuracies(result)).mean;
  const noise = seedNoise(results);
  const ranked = [...results].sort((a, b) => accuracyOf(b) - accuracyOf(a));
  return ranked.slice(1).map((worse, i): Pair => {
    const better = ranked[i];
    const lead = accuracyOf(better) - accuracyOf(worse);
    const [ours, theirs] = [better, worse].map(({ runs }) => runs[0].evaluation.predictions);
    let [onlyBetter, onlyWorse] = [0, 0];
    labels.forEach((label, image) => {
      const [isOurs, isTheirs] = [ours[image] === label, theirs[image] === label];
      if (isOurs && !isTheirs) onlyBetter++;
      if (isTheirs && !isOurs) onlyWorse++;
    });
    return {
      ...{ better: better.name, worse: worse.name, lead },
      inSeeds: inNoise(lead, noise, [better.runs.length, worse.runs.length]),
      ...{ onlyBetter: onlyBetter / labels.length, onlyWorse: onlyWorse / labels.length },
      inImages: (onlyBetter - onlyWorse) / Math.sqrt(Math.max(1, onlyBetter + onlyWorse)),
    };
  });
}

/** The standard deviation of a test accuracy over seeds, pooled over all networks; NaN for a single seed. */
export function seedNoise(results: readonly SeededResult[]): number {
  return pooledSpread(results.map(testAccuracies));
}

function testAccuracies({ runs }: SeededResult): number[] {
  return runs.map(({ evaluation }) => evaluation.accuracy);
}

/** What a network can be cheap in. */
export type PriceTag = 'parameters' | 'multiplyAdds' | 'seconds';

/**
 * The networks that dominate each network: at least as cheap and as accurate, and better in one of the two. A network that none
 * dominates is on the Pareto front. Networks without an accuracy or a price are left out.
 * @returns for each network, the names of those that dominate it
 */
export function dominators(
  rows: readonly Pick<NetworkResult, 'network' | 'accuracy' | PriceTag>[],
  cost: PriceTag,
): Map<string, string[]> {
  const known = rows.flatMap(({ network, accuracy, [cost]: price }) =>
    accuracy === undefined || price === undefined ? [] : [{ network, accuracy, price }],
  );
  return new Map(
    known.map((row) => {
      const better = known.filter(({ price, accuracy }) => {
        const isNoWorse = price <= row.price && accuracy >= row.accuracy;
        return isNoWorse && (price < row.price || accuracy > row.accuracy);
      });
      return [row.network, better.map(({ network }) => network)];
    }),
  );
}

/** Names of the networks that no other dominates. */
export function paretoFront(rows: readonly NetworkResult[], cost: PriceTag): string[] {
  return [...dominators(rows, cost)].filter(([, by]) => by.length === 0).map(([network]) => network);
}

/** The class that most networks predict for each image; a tie goes to the class predicted with more confidence. */
export function majority(evaluations: readonly Evaluation[]): Int32Array {
  const [{ predictions, classNames }] = evaluations;
  return predictions.map((_, image) => {
    const votes = new Float64Array(classNames.length);
    // Confidences add up to less than one vote, so they only decide ties.
    for (const { predictions: named, confidences } of evaluations) {
      votes[named[image]] += 1 + confidences[image] / (evaluations.length + 1);
    }
    return votes.indexOf(Math.max(...votes));
  });
}

/** Indices of the images that every network misclassifies. */
export function missedByAll(evaluations: readonly Evaluation[], labels: Uint8Array): number[] {
  return [...labels.keys()].filter((image) =>
    evaluations.every(({ predictions }) => predictions[image] !== labels[image]),
  );
}

/** The mean of several networks' probabilities for the same images. */
export function meanProbabilities(networks: readonly (readonly Float32Array[])[]): Float32Array[] {
  return networks[0].map((row, image) =>
    row.map((_, k) => networks.reduce((sum, rows) => sum + rows[image][k], 0) / networks.length),
  );
}
