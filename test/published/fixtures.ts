/** Small runs of named recipes on a few pictures of the built-in sample. */
import { loadDataset } from '../../lib/data/load';
import type { Dataset } from '../../lib/data/types';
import { evaluate } from '../../lib/evaluate';
import { lenet5 } from '../../lib/models';
import { recipe } from '../../lib/recipe';
import { readRuns, type RunRecord } from '../../lib/runs';
import { train } from '../../lib/train';

export const silent = (): void => undefined;

export const fewPictures = (): Promise<Dataset> =>
  loadDataset({ source: 'sample', trainLimit: 200, testLimit: 50 });

/** Trains LeNet-5 by a recipe, as `npm run train` does, and measures it. */
export async function trainLenet(
  dataset: Dataset,
  runs: string,
  { name = 'seed', seed = 1 } = {},
): Promise<RunRecord> {
  const run = { name: `lenet5-${name}-seed${seed}`, folder: runs };
  const model = lenet5({ seed });
  await train(model, dataset, { ...recipe(name, model.name), seed, run, onNotice: silent });
  await evaluate(model, dataset, { run });
  model.dispose();
  const record = (await readRuns({ folder: runs })).find((each) => each.name === run.name);
  if (!record) throw new Error(`The run ${run.name} is not there`);
  return record;
}
