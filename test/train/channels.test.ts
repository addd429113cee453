/** Which images the mean and deviation of each channel are taken from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelStatistics } from '../../lib/data';
import type { Dataset } from '../../lib/data/types';
import type { History } from '../../lib/runs';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { train, type TrainCallbacks, type TrainOptions } from '../../lib/train';
import { splitIndices } from '../../lib/train/order';
import { lossesOf, noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('channels-');
const dataset = noiseDataset({ train: 40, test: 20 });
const size = dataset.train.images.length / dataset.train.count;
const validation = { split: 0.25 };
const aside = splitIndices(dataset.train.count, validation.split).validation;

/** The dataset with other images to validate on: all white. */
function withWhiteAside(): Dataset {
  const images = dataset.train.images.slice();
  for (const index of aside) images.fill(255, index * size, (index + 1) * size);
  return { ...dataset, train: { ...dataset.train, images } };
}

const stopAfterFirstEpoch = (): TrainCallbacks => ({
  onEpoch: () => {
    requestInterrupt();
  },
});

async function run(options: TrainOptions, on = dataset): Promise<{ history: History; notices: string[] }> {
  const notices: string[] = [];
  const model = smallModel();
  const history = await train(model, on, {
    epochs: 1,
    batchSize: 10,
    validation,
    normalisation: 'channels',
    onNotice: (message) => notices.push(message),
    ...options,
  });
  model.dispose();
  return { history, notices };
}

test('images that validate take no part in the statistics', async () => {
  const { normalisation } = (await run({})).history.recipe;
  assert.deepEqual((await run({}, withWhiteAside())).history.recipe.normalisation, normalisation);
  assert.notDeepEqual(normalisation, channelStatistics(dataset.train, dataset.imageShape));

  const kept = [...Array(dataset.train.count).keys()].filter((index) => !aside.includes(index));
  const reds = kept.flatMap((index) =>
    Array.from({ length: size / 3 }, (_, pixel) => dataset.train.images[index * size + 3 * pixel] / 255),
  );
  const mean = reds.reduce((sum, red) => sum + red, 0) / reds.length;
  assert.ok(Math.abs(normalisation!.mean[0] - mean) < 1e-9);
});

test('without images set aside, all training images count', async () => {
  for (const without of ['none', 'test'] as const) {
    const { normalisation } = (await run({ validation: without })).history.recipe;
    assert.deepEqual(normalisation, channelStatistics(dataset.train, dataset.imageShape));
  }
});

test('a run that was stored with the statistics of all training images goes on with them, and says so', async () => {
  const ofAll = channelStatistics(dataset.train, dataset.imageShape);
  const straight = await run({ epochs: 2, normalisation: ofAll });

  const name = 'stored-before';
  const early = { name, folder };
  await run({ epochs: 2, normalisation: ofAll, run: early, callbacks: [stopAfterFirstEpoch()] });
  const { history, notices } = await run({ epochs: 2, run: early });
  assert.deepEqual(lossesOf(history), lossesOf(straight.history));
  assert.deepEqual(history.recipe.normalisation, ofAll);
  assert.match(
    notices[0],
    /The run "stored-before" was begun with .* of all training images, .* goes on with them/,
  );

  const again = await run({ epochs: 2, run: { ...early, resume: false } });
  assert.deepEqual(again.notices, []);
  assert.notDeepEqual(again.history.recipe.normalisation, ofAll);
  assert.deepEqual((await run({ epochs: 2, run: early })).history.recipe, again.history.recipe);
});

test('a run with statistics of another kind is refused as one with other options', async () => {
  const own = { mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2] };
  await run({ normalisation: own, run: { name: 'own', folder } });
  await assert.rejects(run({ run: { name: 'own', folder } }), /with other options:[^]*normalisation/);
});
