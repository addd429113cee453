import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchTensor, labelTensor } from '../../lib/data/batch';
import { channelStatistics } from '../../lib/data/statistics';
import { tf } from '../../lib/runtime/tensorflow';

// Three images of 1 x 2 pixels.
const shape = [1, 2, 3] as const;
const set = {
  images: Uint8Array.of(0, 51, 102, 153, 204, 255, 255, 0, 255, 0, 255, 0, 1, 2, 3, 4, 5, 6),
  labels: Uint8Array.of(7, 8, 9),
  count: 3,
};

test('rows in the order asked for, scaled to 0 to 1', () => {
  const batch = batchTensor(set, [2, 0], shape);
  assert.deepEqual(batch.shape, [2, 1, 2, 3]);
  assert.equal(batch.dtype, 'float32');
  const expected = Float32Array.of(...[1, 2, 3, 4, 5, 6].map((n) => n / 255), 0, 0.2, 0.4, 0.6, 0.8, 1);
  assert.deepEqual(batch.dataSync(), expected);
  batch.dispose();
});

test('labels in the order asked for', () => {
  const labels = labelTensor(set, Uint32Array.of(2, 2, 0));
  assert.equal(labels.dtype, 'int32');
  assert.deepEqual(labels.dataSync(), Int32Array.of(9, 9, 7));
  labels.dispose();
});

test('an index outside the set is an error, and leaves no tensor', () => {
  const before = tf.memory().numTensors;
  for (const index of [3, -1, 0.5, NaN]) {
    assert.throws(() => batchTensor(set, [index], shape), RangeError);
    assert.throws(() => labelTensor(set, [index]), RangeError);
  }
  assert.equal(tf.memory().numTensors, before);
});

test('mean and deviation of each channel', () => {
  const two = { images: Uint8Array.of(0, 255, 51, 255, 255, 153), labels: Uint8Array.of(0), count: 1 };
  const { mean, deviation } = channelStatistics(two, shape);
  const close = (got: readonly number[], expected: readonly number[]): void => {
    for (const [c, value] of got.entries()) assert.ok(Math.abs(value - expected[c]) < 1e-12, `${value}`);
  };
  close(mean, [0.5, 1, 0.4]);
  close(deviation, [0.5, 0, 0.2]);
});

test('mean and deviation of some of the images alone', () => {
  const others = Uint8Array.of(0, 255, 51, 255, 255, 153, 7, 8, 9, 10, 11, 12);
  const two = { images: others, labels: Uint8Array.of(0, 1), count: 2 };
  const first = { images: others.subarray(0, 6), labels: Uint8Array.of(0), count: 1 };
  assert.deepEqual(channelStatistics(two, shape, Uint32Array.of(0)), channelStatistics(first, shape));
});
