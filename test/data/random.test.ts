import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../lib/data/random';

/** sfc32 as its author's C code has it, in exact integers: state a, b, c and counter, modulo 2^32. */
function* reference(seed: bigint, stream: bigint, index: bigint): Generator<number> {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = [index, stream, seed, 1n];
  for (let n = 0; ; n++) {
    const out = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(((c << 21n) | (c >> 11n)) + out);
    if (n >= 15) yield Number(out);
  }
}

test('gives the numbers of sfc32', () => {
  for (const [seed, stream, index] of [
    [0, 0, 0],
    [10, 1, 49_999],
    [0xffffffff, 0x80000000, 0x7fffffff],
  ]) {
    const expected = reference(BigInt(seed), BigInt(stream), BigInt(index));
    const random = new Random(seed, stream, index);
    for (let i = 0; i < 1_000; i++) assert.equal(random.uint32(), expected.next().value);
  }
});

test('each of seed, stream and index changes the numbers', () => {
  const first = [
    [1, 1, 1],
    [2, 1, 1],
    [1, 2, 1],
    [1, 1, 2],
  ].map(([seed, stream, index]) => new Random(seed, stream, index).uint32());
  assert.equal(new Set(first).size, 4);
});

test('below() is even, also where 2^32 is no multiple of the bound', () => {
  const random = new Random(1);
  // Of a bound of 3/4 of 2^32, a plain remainder would give the lower third two times in four.
  const bound = 3 * 2 ** 30;
  let low = 0;
  for (let i = 0; i < 30_000; i++) if (random.below(bound) < bound / 3) low++;
  assert.ok(low > 9_500 && low < 10_500, `${low} of 30,000`);
});

test('between() stays in its range and reaches both ends', () => {
  const random = new Random(2);
  const values = Array.from({ length: 10_000 }, () => random.between(-3, 5));
  assert.ok(Math.min(...values) >= -3 && Math.min(...values) < -2.9);
  assert.ok(Math.max(...values) < 5 && Math.max(...values) > 4.9);
});

test('shuffle() keeps all items and gives every order', () => {
  const random = new Random(3);
  const seen = new Map<string, number>();
  for (let i = 0; i < 6_000; i++) {
    const order = random.shuffle([1, 2, 3]).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), ['123', '132', '213', '231', '312', '321']);
  for (const count of seen.values()) assert.ok(count > 850 && count < 1_150, `${count} of 6,000`);
});
