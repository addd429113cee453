/** Trains a published result anew, and compares. */
import { grouped } from '../data/text';
import type { Dataset } from '../data/types';
import { evaluate } from '../evaluate/evaluate';
import type { Evaluation } from '../runs/evaluation';
import type { History } from '../runs/history';
import { UserError } from '../runtime/errors';
import type { TrainOptions } from '../train/train';
import { plannedNetwork, trainAsPlanned } from './again';
import { measuredAs } from './measured-as';
import { percent, points } from './percent';
import { digits, type PublishedRecord } from './record';
import { bestResult, publishedResults, type PublishedResult } from './results';

export interface Wanted {
  readonly network: string;
  /** Defaults to the recipe whose weights are published, else to the most accurate one. */
  readonly recipeName?: string;
  /** Defaults to the first one that is published; another one is trained by the same recipe. */
  readonly seed?: number;
}

/** What is to be trained: a record, or its recipe with a seed that is not published. */
export interface Target {
  readonly result: PublishedResult;
  readonly record: PublishedRecord;
  /** Whether the record is of the seed that was asked for. */
  readonly isRecorded: boolean;
  readonly seed: number;
}

/** @throws UserError that lists what is published, if this is not */
export function targetOf(records: readonly PublishedRecord[], { network, recipeName, seed }: Wanted): Target {
  const results = publishedResults(records);
  const own = results.filter((result) => result.network.name === network);
  const result =
    recipeName === undefined
      ? (own.find(({ withWeights }) => withWeights !== undefined) ?? bestResult(own, network))
      : own.find((each) => each.recipeName === recipeName);
  if (!result) {
    const what = recipeName === undefined ? `"${network}"` : `"${network}" with the recipe "${recipeName}"`;
    const known =
      results.map((each) => `${each.network.name} ${each.recipeName}`).join(', ') || 'nothing so far';
    throw new UserError(`There is no published result of ${what}. Published: ${known}.`);
  }
  const recorded = result.records.find(({ recipe }) => seed === undefined || recipe.seed === seed);
  const record = recorded ?? result.records[0];
  return { result, record, isRecorded: recorded !== undefined, seed: seed ?? record.recipe.seed };
}

export interface ReproduceOptions extends Pick<TrainOptions, 'callbacks' | 'onNotice'> {
  /** The folder that holds the runs. Defaults to `runsFolder()`. */
  readonly runs?: string;
}

export interface Reproduction {
  readonly history: History;
  /** Undefined if training was interrupted. */
  readonly evaluation: Evaluation | undefined;
}

/** The name of the run that trains a target again. */
export function reproducingRun({ record: { network, recipeName }, seed }: Target): string {
  return `reproduce-${network.name}-${recipeName}-seed${seed}`;
}

/** Trains the target in a run, which goes on where it was stopped, and measures it on the test set. */
export async function reproduce(
  target: Target,
  dataset: Dataset,
  { runs, ...more }: ReproduceOptions = {},
): Promise<Reproduction> {
  const plan = { ...target.record, recipe: { ...target.record.recipe, seed: target.seed } };
  const model = plannedNetwork(plan, dataset);
  const run = { name: reproducingRun(target), ...(runs !== undefined && { folder: runs }) };
  try {
    const history = await trainAsPlanned(model, dataset, plan, run, more);
    const evaluation = history.interrupted
      ? undefined
      : await evaluate(model, dataset, { run, ...measuredAs(target.record.test) });
    return { history, evaluation };
  } finally {
    model.dispose();
  }
}

/** What came out, beside what is published: a sentence for each thing to know. */
export function comparison(
  { result, record, isRecorded, seed }: Target,
  dataset: Dataset,
  here: Evaluation,
): string[] {
  const { mean, deviation } = result.testAccuracy;
  const seeds = result.records.length;
  const spread = seeds > 1 ? `${percent(mean)} ± ${points(deviation)} over ${seeds} seeds` : undefined;
  const difference = here.accuracy - (isRecorded ? record.test.accuracy : mean);
  const published = isRecorded
    ? `${percent(record.test.accuracy)} with seed ${seed}${spread ? ` (${spread})` : ''}`
    : (spread ?? `${percent(mean)} with seed ${record.recipe.seed}`);
  const same = Array.from(record.test.predictions).filter(
    (digit, image) => digit === digits(here.predictions.subarray(image, image + 1)),
  ).length;
  const isSameSet = record.dataset.digest === dataset.source.digest;
  return [
    `Published: ${published}. Here: ${percent(here.accuracy)}, ${signed(difference)} points.`,
    ...viewsLines(record, here),
    ...(isSameSet ? [] : [otherImages(record, dataset)]),
    ...(isSameSet && isRecorded
      ? [`${grouped(same)} of ${grouped(here.predictions.length)} predictions are the same.`]
      : []),
    yardstick(difference, { isRecorded, deviation, seeds, accuracy: mean, images: here.predictions.length }),
  ];
}

function viewsLines({ test: { views } }: PublishedRecord, { views: own }: Evaluation): string[] {
  if (!views || !own) return [];
  return [`With ${views.name}: ${percent(views.accuracy)} published, ${percent(own.accuracy)} here.`];
}

function otherImages({ dataset: of }: PublishedRecord, { name, train, test }: Dataset): string {
  return (
    `These are other images: ${name} (${grouped(train.count)} and ${grouped(test.count)}) instead of ${of.name} ` +
    `(${grouped(of.trainImages)} and ${grouped(of.testImages)}), so the two accuracies can't be compared exactly.`
  );
}

/** What the spread of a difference follows from. */
interface Chance {
  /** Whether it is a difference from one run, and not from the mean over seeds. */
  readonly isRecorded: boolean;
  /** Over seeds. */
  readonly deviation: number;
  readonly seeds: number;
  readonly accuracy: number;
  /** Test images. */
  readonly images: number;
}

/** How far chance alone would take two such accuracies apart. */
function yardstick(difference: number, { isRecorded, deviation, seeds, accuracy, images }: Chance): string {
  if (seeds > 1 && deviation > 0) {
    // Each of two runs has the spread of a seed, a mean that of a mean. On another machine, or after a change to the
    // engine, even the same seed rounds differently, which makes another run of it.
    const expected = deviation * Math.sqrt(isRecorded ? 2 : 1 + 1 / seeds);
    return `That is ${(Math.abs(difference) / expected).toFixed(1)} times the standard deviation over seeds.`;
  }
  const byImages = Math.sqrt((accuracy * (1 - accuracy)) / images);
  return (
    'How far seeds differ is not known from what is published; ' +
    `other test images alone would change an accuracy by ± ${points(byImages)} points.`
  );
}

const signed = (share: number): string => `${share < 0 ? '−' : '+'}${points(Math.abs(share))}`;
