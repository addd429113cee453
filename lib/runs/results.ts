import { fingerprint } from './plain-data';
import type { Recipe } from '../recipe';
import type { History } from './history';
import type { RunRecord } from './read-runs';
import type { RunStudy } from './run-files';

/** Mean over runs, with the sample's standard deviation; NaN for a single run. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Runs that differ in nothing but their seed, taken together. */
export interface Result {
  /** Their names, in the order of their beginning. */
  readonly runs: readonly string[];
  /** Title of the network, or the label of the runs. */
  readonly network: string;
  readonly study: RunStudy | undefined;
  readonly parameters: number;
  /** For one image, each with its addition. */
  readonly multiplyAdds: number;
  readonly dataset: string;
  readonly engine: string;
  readonly device: string;
  /** That of the first of them. */
  readonly recipe: Recipe;
  /** Trained on average, early stopping considered. */
  readonly epochs: number;
  /** Of training on average, validation left out. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Of the weights that the network had in the end. Undefined where none, or not all, were validated. */
  readonly valAccuracy: Spread | undefined;
  /** Undefined where none, or not all, were measured on the test set. */
  readonly testAccuracy: Spread | undefined;
}

/** What finished runs came to, those of the same settings but for the seed together. */
export function results(runs: readonly RunRecord[]): Result[] {
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) {
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
    };
    const key = fingerprint(same);
    // The same seed again tells nothing new: of such twins the later one counts.
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
    epochs: mean(histories.map(({ epochs }) => epochs.length)),
    seconds: mean(histories.map(({ seconds }) => seconds)),
    imagesPerSecond: mean(histories.map(({ images, seconds }) => images / seconds)),
    valAccuracy: spread(runs.map(valAccuracyOf)),
    testAccuracy: spread(runs.map(({ evaluation }) => evaluation?.accuracy)),
  };
}

/** Where the last session ran; a run that moved is that device's as far as the table is concerned. */
function deviceOf({ sessions }: RunRecord): string {
  return sessions.at(-1)?.versions.device ?? '';
}

function valAccuracyOf({ history }: RunRecord): number | undefined {
  return history && keptAccuracy(history);
}

/** Validation accuracy of the weights that the network had in the end. */
export function keptAccuracy({ epochs, weightsOf }: History): number | undefined {
  return epochs.find(({ epoch }) => epoch === weightsOf)?.valAccuracy ?? undefined;
}

function spread(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value): value is number => value !== undefined);
  return known.length < values.length ? undefined : spreadOf(known);
}

/** Mean and the sample's standard deviation; of nothing, NaN. */
export function spreadOf(values: readonly number[]): Spread {
  const centre = mean(values);
  const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0);
  return { mean: centre, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
