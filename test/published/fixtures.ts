/** Small runs of named recipes on a few pictures of the built-in sample. */
import { loadDataset } from '../../lib/data/load';
import type { Dataset } from '../../lib/data/types';
import { evaluate } from '../../lib/evaluate';
import { lenet5 } from '../../lib/models';
import { networkOptionsFor, recipe } from '../../lib/recipe';
import { publishedTest } from '../../lib/published/from-run';
import type { PublishedRecord } from '../../lib/published';
import { readRuns, type RunRecord } from '../../lib/runs';
import { train } from '../../lib/train';
import { evaluation, history, row } from '../show/fixtures';

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
  const model = lenet5({ ...networkOptionsFor(name, 'lenet5'), seed });
  await train(model, dataset, { ...recipe(name, model.name), seed, run, onNotice: silent });
  await evaluate(model, dataset, { run });
  model.dispose();
  const record = (await readRuns({ folder: runs })).find((each) => each.name === run.name);
  if (!record) throw new Error(`The run ${run.name} is not there`);
  return record;
}

/** A record as it would be, of a network that was never trained. */
export function madeUpRecord({
  network = { name: 'lenet5', title: 'LeNet-5', parameters: 62_006, multiplyAdds: 651_720 },
  recipeName = 'seed',
  seed = 1,
  accuracy = 0.5,
  seconds = 60,
  data = { name: 'CIFAR-10', digest: 'cifar' },
  weights = undefined as PublishedRecord['weights'],
} = {}): PublishedRecord {
  const rows = [1, 2, 3].map((epoch) =>
    row(epoch, { seconds: seconds / 3, imagesPerSecond: 150_000 / seconds }),
  );
  const { recipe, ...told } = history({ seconds, epochs: rows });
  const versions = { commit: '0123456789ab', node: '20', tensorflow: '2', tfjs: '4', device: 'a processor' };
  return {
    ...{
      format: 1,
      name: `${network.name}-${recipeName}-seed${seed}`,
      network,
      networkOptions: {},
      recipeName,
    },
    dataset: {
      ...{ ...data, trainImages: 50_000, testImages: 10, testDigest: 'test' },
      ...{ classNames: evaluation.classNames, imageShape: [32, 32, 3] },
    },
    ...{
      engine: 'graph',
      recipe: { ...recipe, seed },
      created: '2026-01-01T00:00:00.000Z',
      initialWeights: null,
    },
    ...{ sessions: [{ started: '2026-01-01T00:00:00.000Z', fromStep: 0, versions }], history: told },
    petaflops: 0.36,
    test: publishedTest({ ...evaluation, accuracy }),
    ...(weights && { weights }),
  };
}
