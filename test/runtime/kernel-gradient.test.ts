/** tfjs's gradient of a 1×1 convolution with strides, for few channels: oneDNN's own kernel is wrong there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeChannels } from '../../lib/runtime/kernel-gradient';
import { tf } from '../../lib/runtime/tensorflow';

const [images, height, width, filters] = [2, 7, 8, 3];

for (const channels of [1, 3, 8, 12, safeChannels]) {
  for (const strides of [
    [2, 2],
    [1, 2],
    [3, 1],
  ] as const) {
    for (const pad of ['same', 'valid'] as const) {
      test(`${channels} channels, stride ${strides.join('×')}, ${pad}: sums over the pixels that it takes`, () => {
        const before = tf.memory().numTensors;
        const x = tf.randomNormal([images, height, width, channels], 0, 1, 'float32', 1) as tf.Tensor4D;
        const kernel = tf.randomNormal([1, 1, channels, filters], 0, 1, 'float32', 2) as tf.Tensor4D;
        const y = tf.conv2d(x, kernel, [...strides], pad);
        const dy = tf.randomNormal(y.shape, 0, 1, 'float32', 3);
        const gradient = tf.grad((k) => tf.conv2d(x, k as tf.Tensor4D, [...strides], pad))(kernel, dy);
        const expected = kernelGradientByHand(x, dy as tf.Tensor4D, strides);
        const found = gradient.dataSync();
        for (const [i, value] of expected.entries()) {
          assert.ok(Math.abs(value - found[i]) <= 1e-4, `value ${i} is ${found[i]}, not ${value}`);
        }
        tf.dispose([x, kernel, y, dy, gradient]);
        assert.equal(tf.memory().numTensors, before, 'tensors are left');
      });
    }
  }
}

/** ∂/∂k[c, f] = Σ x[n, i·s, j·t, c] · dy[n, i, j, f], in double precision. */
function kernelGradientByHand(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [down, across]: readonly [number, number],
): number[] {
  const [from, to] = [x.arraySync(), dy.arraySync()];
  const [, rows, columns, count] = dy.shape;
  const channels = x.shape[3];
  const sums = new Array<number>(channels * count).fill(0);
  for (let n = 0; n < dy.shape[0]; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let c = 0; c < channels; c++) {
          for (let f = 0; f < count; f++) {
            sums[c * count + f] += from[n][i * down][j * across][c] * to[n][i][j][f];
          }
        }
      }
    }
  }
  return sums;
}
