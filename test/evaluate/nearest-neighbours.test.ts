import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../lib/runtime/tensorflow';
import { nearestNeighbours } from '../../lib/evaluate';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { noiseDataset, says } from '../train/fixtures';

test('the nearest training image, found in blocks as by comparing one with one', async () => {
  const dataset = noiseDataset({ train: 23, test: 9 });
  const { train, test: asked } = dataset;
  const before = tf.memory().numTensors;
  const { neighbours, accuracy } = await nearestNeighbours(dataset, { block: 5 });
  assert.equal(tf.memory().numTensors, before);
  const image = (images: Uint8Array, i: number): number[] => [...images.subarray(i * 192, (i + 1) * 192)];
  const expected = Array.from({ length: 9 }, (_, i) => {
    const own = image(asked.images, i);
    const distances = Array.from({ length: 23 }, (__, j) =>
      image(train.images, j).reduce((sum, value, p) => sum + (value - own[p]) ** 2, 0),
    );
    return distances.indexOf(Math.min(...distances));
  });
  assert.deepEqual([...neighbours], expected);
  const right = expected.filter((neighbour, i) => train.labels[neighbour] === asked.labels[i]).length;
  assert.equal(accuracy, right / 9);
});

test('an interrupt ends the search without a result, and leaves no tensors behind', async () => {
  const before = tf.memory().numTensors;
  const search = nearestNeighbours(noiseDataset(), { block: 7 });
  requestInterrupt();
  await assert.rejects(search, says(/The search was interrupted/));
  assert.equal(tf.memory().numTensors, before);
});

test('an image that is among the training images is its own neighbour', async () => {
  const dataset = noiseDataset();
  const { accuracy } = await nearestNeighbours({ ...dataset, test: dataset.train }, { block: 7 });
  assert.equal(accuracy, 1);
});
