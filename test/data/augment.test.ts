import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropped, drawColourShift, principalColours, Random, shiftColours } from '../../lib/data';
import type { ImageSet } from '../../lib/data';
import { standardAugmentation } from '../../lib/recipe';
import { augmentedVersions } from '../../lib/train';
import { noiseDataset } from '../train/fixtures';

function setOf(pixels: readonly (readonly number[])[]): ImageSet {
  return { images: Uint8Array.from(pixels.flat()), labels: new Uint8Array(1), count: 1 };
}

test('principal colours: directions of known variances come back, strongest first', () => {
  // Four pixels along (1, 1, 0)/√2 and four, at half the distance, along (1, −1, 0)/√2; blue never moves.
  const along = (x: number, y: number): number[] => [100 + x + y, 100 + x - y, 50];
  const pixels = [
    ...[40, -40, 40, -40].map((x) => along(x, 0)),
    ...[20, -20, 20, -20].map((y) => along(0, y)),
  ];
  const { directions, variances } = principalColours(setOf(pixels));
  const root = Math.SQRT1_2;
  [
    [root, root, 0],
    [root, -root, 0],
    [0, 0, 1],
  ].forEach((expected, i) => {
    const product = directions[i].reduce((sum, value, c) => sum + value * expected[c], 0);
    assert.ok(Math.abs(Math.abs(product) - 1) < 1e-12, `direction ${i}: ${directions[i].join()}`);
  });
  // Half of the pixels lie 40√2 away along the first, half 20√2 along the second.
  [(40 ** 2 * 2) / 2 / 255 ** 2, (20 ** 2 * 2) / 2 / 255 ** 2, 0].forEach((expected, i) => {
    assert.ok(Math.abs(variances[i] - expected) < 1e-12, `${variances[i]} and ${expected}`);
  });
});

test('colour shifts: along each direction, the deviation is a tenth of the variance', () => {
  const colours = {
    directions: [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ],
    variances: [0.5, 0.1, 0],
  };
  const random = new Random(1);
  const shifts = Array.from({ length: 20_000 }, () => drawColourShift(colours, random));
  const deviation = (c: number): number =>
    Math.sqrt(shifts.reduce((sum, shift) => sum + shift[c] ** 2, 0) / 20_000);
  assert.ok(Math.abs(deviation(0) / 0.05 - 1) < 0.02, String(deviation(0)));
  assert.equal(deviation(1), 0);
  assert.ok(Math.abs(deviation(2) / 0.01 - 1) < 0.02, String(deviation(2)));
  const large = shifts.filter(([red]) => Math.abs(red) > 0.05).length / 20_000;
  assert.ok(Math.abs(large - 0.317) < 0.02, `${large} beyond one deviation`);
});

test('a shift moves all pixels of a channel alike and stops at the ends', () => {
  const shifted = shiftColours(Uint8Array.of(10, 20, 30, 250, 251, 252), [0.1, 0, -0.1]);
  assert.deepEqual([...shifted], [36, 20, 5, 255, 251, 227]);
});

test('a crop takes its pixels from where it says, zeros from outside, and mirrors them', () => {
  // 2×3 pixels of one channel: 1 2 3 / 4 5 6.
  const set = { images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(0), count: 1 };
  const crop = (down: number, right: number, mirrored: boolean): number[] => [
    ...cropped(set, [2, 3, 1], { down, right, mirrored }).images,
  ];
  assert.deepEqual(crop(0, 0, false), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(crop(1, -1, false), [0, 4, 5, 0, 0, 0]);
  assert.deepEqual(crop(0, 0, true), [3, 2, 1, 6, 5, 4]);
  assert.deepEqual(crop(0, 1, true), [0, 3, 2, 0, 6, 5]);
  const reflected = (down: number, right: number, mirrored: boolean): number[] => [
    ...cropped(set, [2, 3, 1], { down, right, mirrored }, 'reflect').images,
  ];
  assert.deepEqual(reflected(1, -1, false), [5, 4, 5, 2, 1, 2]);
  assert.deepEqual(reflected(-1, 2, true), [4, 5, 6, 1, 2, 3]);
});

test('augmented versions are crops of the image, each drawn anew', async () => {
  const dataset = noiseDataset();
  const versions = await augmentedVersions(dataset, 4, standardAugmentation, { count: 6 });
  const size = 8 * 8 * 3;
  const one = { ...dataset.train, images: dataset.train.images.subarray(4 * size, 5 * size), count: 1 };
  const places = Array.from({ length: 9 }, (_, i) => i - 4);
  const possible = new Set(
    places.flatMap((down) =>
      places.flatMap((right) =>
        [true, false].map((mirrored) =>
          cropped(one, dataset.imageShape, { down, right, mirrored }).images.join(),
        ),
      ),
    ),
  );
  const drawn = Array.from({ length: 6 }, (_, i) =>
    versions.images.subarray(i * size, (i + 1) * size).join(),
  );
  assert.ok(drawn.every((image) => possible.has(image)));
  assert.ok(new Set(drawn).size >= 4, 'all alike');
  assert.deepEqual([...versions.labels], new Array(6).fill(dataset.train.labels[4]));
});
