import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classCounts, firstOfEach, meanImages, type ImageSet } from '../../lib/data';

/** Images of 1×2 pixels of one channel. */
const set: ImageSet = {
  images: Uint8Array.of(10, 20, 0, 255, 21, 41, 5, 5),
  labels: Uint8Array.of(0, 2, 0, 2),
  count: 4,
};

test('mean images: pixel by pixel over the images of a class, black for a class without any', () => {
  const means = meanImages(set, [1, 2, 1], 3).map((image) => [...image]);
  assert.deepEqual(means, [
    [16, 31],
    [0, 0],
    [3, 130],
  ]);
});

test('counts and first images, class by class', () => {
  assert.deepEqual(classCounts(set, 3), [2, 0, 2]);
  assert.deepEqual(firstOfEach(set, 3, 1), [0, 1]);
  assert.deepEqual(firstOfEach(set, 3, 5), [0, 2, 1, 3]);
});
