/** Weights in fewer bits, read back by tfjs itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  affine,
  encodeWeights,
  float16,
  type KernelType,
  type WeightSpec,
} from '../../lib/models/weights/quantise';
import { Random } from '../../lib/data/random';
import { tf } from '../../lib/runtime/tensorflow';

/** What tfjs reads from a kernel [values.length, 1] that was stored as `kernels`. */
function readBack(values: readonly number[], kernels: KernelType): { read: number[]; bytes: number } {
  const spec: WeightSpec = { name: 'kernel', shape: [values.length, 1], dtype: 'float32' };
  const { bytes, specs } = encodeWeights([spec], new Uint8Array(Float32Array.from(values).buffer), kernels);
  const { kernel } = tf.io.decodeWeights(Uint8Array.from(bytes).buffer, [...specs]);
  const read = [...kernel.dataSync()];
  kernel.dispose();
  return { read, bytes: bytes.length };
}

test('8 bits: every value is at most half a level away, 0 stays 0, and a value takes a byte', () => {
  const random = new Random(1);
  const values = [0, ...Array.from({ length: 999 }, () => (random.below(2001) - 700) / 1000)];
  const { read, bytes } = readBack(values, 'uint8');
  assert.equal(bytes, 1000);
  assert.equal(read[0], 0);
  const level = (Math.max(...values) - Math.min(...values)) / 255;
  // Moving the levels so that one of them is 0 costs the ends up to half a level more.
  const furthest = Math.max(...values.map((value, i) => Math.abs(value - read[i])));
  assert.ok(furthest <= level * 1.001, `${furthest} for levels of ${level}`);
  const inside = values.map((value, i) => (Math.abs(value) < 0.6 ? Math.abs(value - read[i]) : 0));
  assert.ok(Math.max(...inside) <= (level / 2) * 1.001);
});

test('8 bits: a kernel of one value, and one without 0 between its ends, are read back', () => {
  assert.deepEqual(readBack([0.25, 0.25], 'uint8').read, [0.25, 0.25]);
  const { levels, min } = affine(Float32Array.of(1, 2));
  assert.deepEqual([...levels], [0, 255]);
  assert.equal(min, 1);
});

test('16 bits: tfjs reads each of the 63,488 finite numbers as what was written', () => {
  // By the definition of binary16, not by this project's code: sign, exponent, fraction.
  const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  const values = all.map((bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return bits & 0x8000 ? -size : size;
  });
  assert.deepEqual([...float16(Float32Array.from(values))], all);
  assert.deepEqual(readBack(values, 'float16').read, values);
});

test('16 bits: between two numbers the nearer one, in the middle the even one, beyond the last infinity', () => {
  const step = 2 ** -10;
  const cases = [
    [1 + 0.4 * step, 1],
    [1 + 0.6 * step, 1 + step],
    [1 + 0.5 * step, 1],
    [1 + 1.5 * step, 1 + 2 * step],
    [2 - 0.25 * step, 2],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2 ** -23],
    [65_519, 65_504],
    [65_520, Infinity],
    [-65_520, -Infinity],
    [Infinity, Infinity],
  ];
  assert.deepEqual(
    readBack(
      cases.map(([value]) => value),
      'float16',
    ).read,
    cases.map(([, rounded]) => rounded),
  );
});

test('vectors keep 32 bits, and follow a kernel of odd length without padding', () => {
  const specs: WeightSpec[] = [
    { name: 'kernel', shape: [3, 1], dtype: 'float32' },
    { name: 'variance', shape: [2], dtype: 'float32' },
  ];
  const values = Float32Array.of(-1, 0, 1, 1e-12, 1 / 3);
  const encoded = encodeWeights(specs, new Uint8Array(values.buffer), 'uint8');
  assert.equal(encoded.bytes.length, 3 + 8);
  const read = tf.io.decodeWeights(Uint8Array.from(encoded.bytes).buffer, [...encoded.specs]);
  assert.deepEqual([...read.variance.dataSync()], [...values.subarray(3)]);
  tf.dispose(read);
});
