/** The gradients of convolutions that the page adds to WebAssembly, against tfjs's plain JavaScript. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conv2d, grads, setBackend, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from '../../lib/data/random';
import { useWasm } from './backend';

const cases = [
  { side: 7, channels: 3, filters: 4, size: 3, stride: 1, pad: 'same' },
  { side: 8, channels: 2, filters: 3, size: 5, stride: 1, pad: 'valid' },
  { side: 6, channels: 5, filters: 2, size: 1, stride: 1, pad: 'same' },
  { side: 8, channels: 2, filters: 3, size: 3, stride: 2, pad: 'same' },
  { side: 8, channels: 2, filters: 3, size: 3, stride: 2, pad: 'valid' },
  { side: 9, channels: 1, filters: 2, size: 2, stride: 3, pad: 'valid' },
  { side: 5, channels: 2, filters: 2, size: 4, stride: 1, pad: 'same' },
] as const;

for (const { side, channels, filters, size, stride, pad } of cases) {
  test(`${size}×${size}, stride ${stride}, ${pad}, on ${side}×${side}×${channels}`, async () => {
    const gradients = async (): Promise<number[][]> => {
      const random = new Random(1);
      const of = (shape: [number, number, number, number]): Tensor4D =>
        tensor4d(
          Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.between(-1, 1)),
          shape,
        );
      const x = of([2, side, side, channels]);
      const kernel = of([size, size, channels, filters]);
      const run = (a: Tensor4D, b: Tensor4D): Tensor4D => conv2d(a, b, stride, pad);
      const dy = of(run(x, kernel).shape);
      const found = grads((...both) => run(both[0] as Tensor4D, both[1] as Tensor4D))([x, kernel], dy);
      return Promise.all(found.map(async (each) => [...each.shape, ...(await each.data())]));
    };
    await setBackend('cpu');
    const expected = await gradients();
    await useWasm();
    const found = await gradients();
    found.forEach((values, which) => {
      assert.equal(values.length, expected[which].length);
      values.forEach((value, i) => {
        assert.ok(
          Math.abs(value - expected[which][i]) < 1e-4,
          `${which}, ${i}: ${value}, ${expected[which][i]}`,
        );
      });
    });
  });
}
