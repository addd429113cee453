/** Published records taken together: mean and deviation over the seeds of each network and recipe. */
import { trainedEpochs } from '../runs/history';
import { spreadOf, viewsSpread, type Spread, type ViewsSpread } from '../runs/results';
import type { PublishedRecord } from './record';
import { undisturbedSeconds } from './undisturbed';

/** Records of one network, recipe and dataset, which differ in their seeds. */
export interface PublishedResult {
  readonly network: PublishedRecord['network'];
  readonly recipeName: string;
  readonly dataset: PublishedRecord['dataset'];
  /** By seed. */
  readonly records: readonly PublishedRecord[];
  readonly testAccuracy: Spread;
  /** The same for several views of each image. Undefined unless all records have it, with the same views. */
  readonly views: ViewsSpread | undefined;
  /** Mean number of epochs trained. */
  readonly epochs: number;
  /** Seconds of training, without validation, undisturbed: of the seed that was disturbed least. */
  readonly seconds: number;
  /** What that seed was trained in. A processor that multiplies bfloat16 itself takes less time with it. */
  readonly precision: PublishedRecord['recipe']['precision'];
  /** Mean work of training, in PFLOP. */
  readonly petaflops: number;
  /** Where the first seed was trained. */
  readonly device: string;
  /** The record whose weights are published; undefined if there is none. */
  readonly withWeights: PublishedRecord | undefined;
}

/** In the order of the records. */
export function publishedResults(records: readonly PublishedRecord[]): PublishedResult[] {
  const groups = new Map<string, PublishedRecord[]>();
  for (const record of records) {
    const key = JSON.stringify([record.network.name, record.recipeName, record.dataset.digest]);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].map((group): PublishedResult => {
    const [{ network, recipeName, dataset, sessions }] = group;
    const [swiftest] = [...group].sort((a, b) => undisturbedSeconds(a) - undisturbedSeconds(b));
    const mean = (value: (record: PublishedRecord) => number): number => spreadOf(group.map(value)).mean;
    return {
      ...{ network, recipeName, dataset, records: group },
      testAccuracy: spreadOf(group.map(({ test }) => test.accuracy)),
      views: viewsSpread(group.map(({ test }) => test.views)),
      epochs: mean(({ history, recipe }) => trainedEpochs({ ...history, recipe })),
      seconds: undisturbedSeconds(swiftest),
      precision: swiftest.recipe.precision,
      petaflops: mean(({ petaflops }) => petaflops),
      device: sessions.at(-1)?.versions.device ?? '',
      withWeights: group.find(({ weights }) => weights !== undefined),
    };
  });
}

/** A network's result with the highest accuracy, of the images alone; undefined if there is none. */
export function bestResult(
  results: readonly PublishedResult[],
  network: string,
): PublishedResult | undefined {
  return results
    .filter((result) => result.network.name === network)
    .reduce<
      PublishedResult | undefined
    >((best, result) => (best === undefined || result.testAccuracy.mean > best.testAccuracy.mean ? result : best), undefined);
}
