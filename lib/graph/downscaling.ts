/** Images made smaller. */
import type { Value } from './graph';
import { reshape } from './ops/array';
import { constant } from './ops/constant';
import { conv2d } from './ops/convolution';
import { transpose } from './ops/layout';

/**
 * Each pixel becomes the mean of the area that it covers, so nothing is skipped that would show as a false pattern, and the
 * mean of an image stays what it is. From 32 to 16 that is the mean of 2×2 pixels; from 32 to 24 every 4×4 become 3×3.
 *
 * Height and width are independent, and along each of them such blocks repeat. So it is a convolution along one and another
 * along the other, with strides as large as the kernel and an output for each pixel of the smaller block: exact, and fast on
 * every device.
 * @param images float32 [n, height, width, channels], height and width the same
 * @returns float32 [n, side, side, channels]
 */
export function downscaled(images: Value, side: number): Value {
  const [n, full, , channels] = images.shape as readonly [null, number, number, number];
  const blocks = greatestCommonDivisor(full, side);
  const [from, to] = [full / blocks, side / blocks];
  const values = places(from, channels, to, channels).map(([large, channel, small, c]) =>
    c === channel ? share(small, large, from / to) : 0,
  );
  const means = (input: Value, size: readonly [number, number]): Value => {
    const shape = [...size, channels, to * channels];
    const kernel = constant(images.graph, { dtype: 'float32', shape, values });
    return conv2d(input, kernel, { strides: size, padding: 'VALID' });
  };
  // The pixels of a block are side by side along the width, so they are in order already.
  const narrow = reshape(means(images, [1, from]), [n, full, side, channels]);
  const byBlock = reshape(means(narrow, [from, 1]), [n, blocks, side, to, channels]);
  return reshape(transpose(byBlock, [0, 1, 3, 2, 4]), [n, side, side, channels]);
}

/** How much of the pixel `large`, along one axis, is in the pixel `small`, which is `scale` times as wide; 1 in all. */
function share(small: number, large: number, scale: number): number {
  const overlap = Math.min((small + 1) * scale, large + 1) - Math.max(small * scale, large);
  return Math.max(0, overlap) / scale;
}

/** All indices below these sizes, in row-major order. */
function places(...sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((before) => Array.from({ length: size }, (_, i) => [...before, i])),
    [[]],
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
