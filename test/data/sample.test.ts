import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropped } from '../../lib/data/crops';
import { drawSample, sampleClassNames } from '../../lib/data/sample';
import { channelStatistics } from '../../lib/data/statistics';
import type { ImageSet } from '../../lib/data/types';

const SHAPE = [32, 32, 3] as const;
const IMAGE = 32 * 32 * 3;
const classCount = 10;

function image(set: { images: Uint8Array }, index: number): Uint8Array {
  return set.images.subarray(index * IMAGE, (index + 1) * IMAGE);
}

test('one seed gives the same bytes, another seed others', () => {
  assert.deepEqual(drawSample('train', 40, 7), drawSample('train', 40, 7));
  assert.notDeepEqual(drawSample('train', 40, 7).images, drawSample('train', 40, 8).images);
});

test('a smaller sample is the beginning of a larger one', () => {
  const small = drawSample('train', 30);
  const large = drawSample('train', 60);
  assert.deepEqual(small.images, large.images.subarray(0, 30 * IMAGE));
  assert.deepEqual(small.labels, large.labels.subarray(0, 30));
});

test('training and test pictures have nothing in common, and no picture comes twice', () => {
  const sets = [drawSample('train', 200), drawSample('test', 200)];
  const seen = new Set(
    sets.flatMap((set) =>
      Array.from({ length: 200 }, (_, i) => Buffer.from(image(set, i)).toString('latin1')),
    ),
  );
  assert.equal(seen.size, 400);
});

test('classes are balanced, with ten names of their own', () => {
  const counts = new Array<number>(classCount).fill(0);
  for (const label of drawSample('train', 500).labels) counts[label]++;
  assert.deepEqual(counts, new Array(classCount).fill(50));
  assert.equal(new Set(sampleClassNames).size, classCount);
});

test('no sine or other function that platforms round differently', () => {
  const mathNames = ['sin', 'cos', 'tan', 'atan2', 'exp', 'log', 'pow', 'hypot', 'random', 'cbrt'] as const;
  const kept = new Map(mathNames.map((name) => [name, Math[name]]));
  try {
    for (const name of mathNames) {
      Math[name] = () => {
        throw new Error(`Math.${name} was called`);
      };
    }
    drawSample('train', 50);
  } finally {
    for (const [name, original] of kept) Object.assign(Math, { [name]: original });
  }
});

test('colours use the whole range and every picture has contrast', () => {
  const set = drawSample('train', 300);
  const { mean, deviation } = channelStatistics(set, [32, 32, 3]);
  for (const value of mean) assert.ok(value > 0.35 && value < 0.6, `mean ${value}`);
  for (const value of deviation) assert.ok(value > 0.15, `deviation ${value}`);
  for (let i = 0; i < set.count; i++) {
    const one = { images: image(set, i), labels: Uint8Array.of(0), count: 1 };
    const spread = Math.max(...channelStatistics(one, [32, 32, 3]).deviation);
    assert.ok(spread > 0.02, `picture ${i} is flat: ${spread}`);
  }
});

test('the classes cannot be told by a mean picture alone, and not by chance only; mirrored and moved they are the same', () => {
  // The nearest class mean, as simple as a classifier gets: better than guessing, far from solved.
  const train = drawSample('train', 1_000);
  const means = Array.from({ length: classCount }, () => new Float64Array(IMAGE));
  for (let i = 0; i < train.count; i++) {
    const mean = means[train.labels[i]];
    image(train, i).forEach((value, p) => (mean[p] += value / 100));
  }
  const held = drawSample('test', 300);
  const accuracyOf = (set: ImageSet): number => {
    let right = 0;
    for (let i = 0; i < set.count; i++) {
      const pixels = image(set, i);
      const distances = means.map((mean) =>
        pixels.reduce((sum, value, p) => sum + (value - mean[p]) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === set.labels[i]) right++;
    }
    return right / set.count;
  };
  const accuracy = accuracyOf(held);
  assert.ok(accuracy > 0.12 && accuracy < 0.5, `accuracy ${accuracy}`);
  for (const change of [
    { down: 0, right: 0, mirrored: true },
    { down: 1, right: -1, mirrored: false },
  ]) {
    const changed = accuracyOf(cropped(held, SHAPE, change));
    // Two accuracies on 300 pictures differ by at most 0.04 as a rule, by their standard deviation.
    assert.ok(Math.abs(changed - accuracy) < 0.08, `${JSON.stringify(change)}: ${changed}, not ${accuracy}`);
  }
});

test('no class leans to one side: the mirror image of a picture is a picture of the same class', () => {
  // The product of the slopes in the two directions has the sign of the side that an edge leans to.
  const set = drawSample('train', 2_000);
  const lean = Array.from({ length: classCount }, (): number[] => []);
  for (let i = 0; i < set.count; i++) {
    const pixels = image(set, i);
    const at = (x: number, y: number): number => pixels[(y * 32 + x) * 3];
    let [product, squares] = [0, 0];
    for (let y = 1; y < 31; y++) {
      for (let x = 1; x < 31; x++) {
        const [right, down] = [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)];
        product += right * down;
        squares += right ** 2 + down ** 2;
      }
    }
    lean[set.labels[i]].push(product / squares);
  }
  lean.forEach((values, c) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    const inErrors = mean / Math.sqrt(variance / values.length);
    // Stripes of one diagonal are at thirty.
    assert.ok(Math.abs(inErrors) < 4, `${sampleClassNames[c]}: ${inErrors} standard errors`);
  });
});
