/** The loss on a path of weights, against networks that have these weights. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../../lib/data';
import { evaluate } from '../../lib/evaluate';
import { lossAlong } from '../../lib/inspect';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { noiseDataset, smallModel } from '../train/fixtures';

const dataset = noiseDataset();

function line(from: tf.LayersModel, to: tf.LayersModel): (at: number) => tf.Tensor[] {
  const [start, end] = [from, to].map((model) => model.getWeights().map((weight) => weight.clone()));
  return (at) => tf.tidy(() => start.map((weight, i) => weight.mul(1 - at).add(end[i].mul(at))));
}

const near = (value: number, expected: number, tolerance = 1e-4): void => {
  assert.ok(Math.abs(value - expected) < tolerance, `${value} and ${expected}`);
};

test('the ends of a line are its two networks, and the model keeps its weights', async () => {
  const [from, to, probe] = [smallModel({ seed: 1 }), smallModel({ seed: 2 }), smallModel({ seed: 3 })];
  const path = line(from, to);
  const before = probe.getWeights().map((weight) => weight.dataSync().slice());
  const tensors = tf.memory().numTensors;
  const images = dataset.train.count;
  const found = await lossAlong(probe, path, dataset, { at: [0, 1], images, statistics: 'path' });
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(
    probe.getWeights().map((weight) => weight.dataSync()),
    before,
  );
  const ends = [await evaluate(from, dataset, { on: 'train' }), await evaluate(to, dataset, { on: 'train' })];
  found.points.forEach(({ at, loss, accuracy }, i) => {
    assert.equal(at, i);
    near(loss, ends[i].loss - (ends[i].penalty ?? 0));
    near(accuracy, ends[i].accuracy);
  });
  assert.ok(Math.abs(ends[0].loss - ends[1].loss) > 1e-3, 'the two can be told apart');
  assert.deepEqual([found.network, found.dataset, found.images], ['Baseline', 'noise', 40]);
});

test('fresh statistics are those of the images', async () => {
  const model = smallModel();
  const stay = (): tf.Tensor[] => model.getWeights().map((weight) => weight.clone());
  const images = 20;
  const { points } = await lossAlong(model, stay, dataset, { at: [0], images });
  // The same network with the mean and variance that its convolution has on these images.
  const twin = smallModel();
  tf.tidy(() => {
    const pixels = Float32Array.from(dataset.train.images.subarray(0, images * 192), (byte) => byte / 255);
    const maps = twin.getLayer('conv').apply(tf.tensor4d(pixels, [images, 8, 8, 3])) as tf.Tensor4D;
    const { mean, variance } = tf.moments(maps, [0, 1, 2]);
    const [gamma, beta] = twin.getLayer('bn').getWeights();
    twin.getLayer('bn').setWeights([gamma, beta, mean, variance]);
  });
  const { images: bytes, labels } = dataset.train;
  const part: Dataset = {
    ...dataset,
    train: { images: bytes.subarray(0, images * 192), labels: labels.subarray(0, images), count: images },
  };
  const expected = await evaluate(twin, part, { on: 'train' });
  near(points[0].loss, expected.loss - (expected.penalty ?? 0), 2e-3);
  const stale = await evaluate(smallModel(), part, { on: 'train' });
  assert.ok(Math.abs(stale.loss - expected.loss) > 0.01, `${stale.loss} and ${expected.loss}`);
});

test('paths of other weights and images that are not there are refused, and nothing is moved', async () => {
  const model = smallModel();
  const before = model.getWeights().map((weight) => weight.dataSync().slice());
  const refuses = async (action: Promise<unknown>, message: RegExp): Promise<void> => {
    await assert.rejects(action, (error) => error instanceof UserError && message.test(error.message));
  };
  const other = smallModel({ classes: 4 });
  await refuses(
    lossAlong(model, line(other, other), dataset),
    /weight \d+ is \[\d+, 4\]; expected \[\d+, 3\]/,
  );
  await refuses(
    lossAlong(model, () => [], dataset),
    /weight 1 is missing/,
  );
  await refuses(
    lossAlong(model, () => [], dataset, { images: 41 }),
    /images is 41; expected .* 1 to 40/,
  );
  assert.deepEqual(
    model.getWeights().map((weight) => weight.dataSync()),
    before,
  );
});
