import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLimit, chooseSubset, takeSubset } from '../../lib/data/subset';

const balanced = Uint8Array.from({ length: 1_000 }, (_, i) => (i * 7) % 10);

function perClass(labels: Uint8Array, indices: Uint32Array, classCount: number): number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (const index of indices) counts[labels[index]]++;
  return counts;
}

test('takes the same number of each class, ascending, none twice', () => {
  const chosen = chooseSubset(balanced, 200, 10, 0);
  assert.deepEqual(perClass(balanced, chosen, 10), new Array(10).fill(20));
  for (let i = 1; i < chosen.length; i++) assert.ok(chosen[i] > chosen[i - 1]);
});

test('a limit that the classes do not divide is met, to one image a class', () => {
  const counts = perClass(balanced, chooseSubset(balanced, 123, 10, 0), 10);
  assert.equal(
    counts.reduce((sum, n) => sum + n),
    123,
  );
  assert.ok(counts.every((n) => n === 12 || n === 13));
});

test('follows unequal class sizes, with at least one of each', () => {
  // 900, 90 and 10 images.
  const labels = Uint8Array.from({ length: 1_000 }, (_, i) => (i < 900 ? 0 : i < 990 ? 1 : 2));
  assert.deepEqual(perClass(labels, chooseSubset(labels, 100, 3, 0), 3), [90, 9, 1]);
  assert.deepEqual(perClass(labels, chooseSubset(labels, 3, 3, 0), 3), [1, 1, 1]);
  assert.deepEqual(perClass(labels, chooseSubset(labels, 1_000, 3, 0), 3), [900, 90, 10]);
});

test('one seed gives one subset, another seed another', () => {
  assert.deepEqual(chooseSubset(balanced, 100, 10, 5), chooseSubset(balanced, 100, 10, 5));
  assert.notDeepEqual(chooseSubset(balanced, 100, 10, 5), chooseSubset(balanced, 100, 10, 6));
});

test('a larger subset contains the smaller', () => {
  const larger = new Set(chooseSubset(balanced, 321, 10, 5));
  for (const index of chooseSubset(balanced, 123, 10, 5)) assert.ok(larger.has(index));
});

test('is drawn from all of the set, not from its beginning', () => {
  const chosen = chooseSubset(balanced, 100, 10, 0);
  const mean = chosen.reduce((sum, index) => sum + index, 0) / chosen.length;
  assert.ok(mean > 400 && mean < 600, `mean place ${mean}`);
});

test('copies images with their labels', () => {
  const images = Uint8Array.from({ length: 5 * 4 }, (_, i) => i);
  const set = { images, labels: Uint8Array.of(3, 1, 4, 1, 5), count: 5 };
  const taken = takeSubset(set, Uint32Array.of(1, 4));
  assert.deepEqual(taken, {
    images: Uint8Array.of(4, 5, 6, 7, 16, 17, 18, 19),
    labels: Uint8Array.of(1, 5),
    count: 2,
  });
  assert.notEqual(taken.images.buffer, images.buffer);
});

test('a limit out of range is refused with what is allowed', () => {
  assert.equal(checkLimit('trainLimit', undefined, 50_000, 10), 50_000);
  assert.equal(checkLimit('trainLimit', 10, 50_000, 10), 10);
  assert.equal(checkLimit('trainLimit', 50_000, 50_000, 10), 50_000);
  for (const limit of [9, 0, -1, 50_001, 12.5, NaN, Infinity]) {
    assert.throws(() => checkLimit('trainLimit', limit, 50_000, 10), {
      name: 'UserError',
      message: new RegExp(`^trainLimit is ${limit}; expected a whole number from 10 .* to 50,000`),
    });
  }
});
