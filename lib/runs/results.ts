import { withDatasetNames } from './dataset-names';
import type { ViewsResult } from './evaluation';
import { fingerprint } from './plain-data';
import type { Recipe } from '../recipe';
import { trainedEpochs, type History } from './history';
import type { RunRecord } from './read-runs';
import type { RunStudy } from './run-files';

/** Mean over runs, with the sample standard deviation, which is NaN for a single run. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Runs that differ only in their seed, taken together. */
export interface Result {
  /** Their names, oldest first. */
  readonly runs: readonly string[];
  /** Title of the network, or the label of the runs. */
  readonly network: string;
  readonly study: RunStudy | undefined;
  readonly parameters: number;
  /** Multiplications for one image, each with its addition. */
  readonly multiplyAdds: number;
  readonly dataset: string;
  readonly engine: string;
  readonly device: string;
  /** The recipe of the first of them. */
  readonly recipe: Recipe;
  /** Mean number of epochs trained, which early stopping may cut short. */
  readonly epochs: number;
  /** Mean seconds of training, without validation. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** For the weights that the network had at the end. Undefined unless all runs were validated. */
  readonly valAccuracy: Spread | undefined;
  /** Undefined unless all runs were measured on the test set. */
  readonly testAccuracy: Spread | undefined;
  /** The same for several views of each image. Undefined unless all runs were measured so, with the same views. */
  readonly views: ViewsSpread | undefined;
}

/** Accuracies from the same views of each image. */
export interface ViewsSpread {
  readonly name: string;
  readonly accuracy: Spread;
}

/** The results of the finished runs; runs that differ only in their seed become one result. */
export function results(runs: readonly RunRecord[]): Result[] {
  const groups = new Map<string, RunRecord[]>();
  for (const run of withDatasetNames(runs)) {
    if (run.status !== 'finished') continue;
    const { network, dataset, engine, recipe, architecture, label, study } = run;
    const same = {
      network,
      dataset,
      engine,
      architecture,
      ...{ label, study },
      device: deviceOf(run),
      recipe: { ...recipe, seed: 0 },
      // A run whose rate jumped because it was given more epochs is no second measurement of one that was planned so.
      jumps: run.history?.extensions?.filter(({ asPlanned }) => !asPlanned).map(({ from }) => from) ?? [],
    };
    const key = fingerprint(same);
    // The same seed a second time is not a second measurement: only the later run counts.
    const others = (groups.get(key) ?? []).filter((other) => other.recipe.seed !== recipe.seed);
    groups.set(key, [...others, run]);
  }
  return [...groups.values()].map(resultOf);
}

function resultOf(runs: readonly RunRecord[]): Result {
  const [{ network, dataset, engine, recipe, label, study }] = runs;
  const histories = runs.flatMap(({ history }) => history ?? []);
  return {
    runs: runs.map(({ name }) => name),
    network: label ?? network.title,
    study,
    parameters: network.parameters,
    multiplyAdds: network.multiplyAdds,
    dataset: dataset.name,
    engine,
    device: deviceOf(runs[0]),
    recipe,
    epochs: mean(histories.map(trainedEpochs)),
    seconds: mean(histories.map(({ seconds }) => seconds)),
    imagesPerSecond: mean(histories.map(({ images, seconds }) => images / seconds)),
    valAccuracy: spread(runs.map(valAccuracyOf)),
    testAccuracy: spread(runs.map(({ evaluation }) => evaluation?.accuracy)),
    views: viewsSpread(runs.map(({ evaluation }) => evaluation?.views)),
  };
}

/** @returns undefined unless all were measured with several views, and with the same ones */
export function viewsSpread(
  views: readonly (Pick<ViewsResult, 'name' | 'accuracy'> | undefined)[],
): ViewsSpread | undefined {
  const [name, ...others] = new Set(views.map((each) => each?.name));
  const accuracy = spread(views.map((each) => each?.accuracy));
  return name !== undefined && others.length === 0 && accuracy ? { name, accuracy } : undefined;
}

/** Where the last session ran. A run that moved to another device counts as run there. */
function deviceOf({ sessions }: RunRecord): string {
  return sessions.at(-1)?.versions.device ?? '';
}

function valAccuracyOf({ history }: RunRecord): number | undefined {
  return history && keptAccuracy(history);
}

/** Validation accuracy of the weights that the network had at the end; undefined if they were not validated. */
export function keptAccuracy({ epochs, weightsOf }: History): number | undefined {
  return epochs.find(({ epoch }) => epoch === weightsOf)?.valAccuracy ?? undefined;
}

function spread(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value): value is number => value !== undefined);
  return known.length < values.length ? undefined : spreadOf(known);
}

/** Mean and sample standard deviation; NaN without values. */
export function spreadOf(values: readonly number[]): Spread {
  const centre = mean(values);
  const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0);
  return { mean: centre, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
