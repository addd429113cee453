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
 * Such blocks repeat, so it is a convolution whose strides are as large as its kernel, with an output for each pixel of the
 * smaller block: exact, and fast on every device.
 * @param images float32 [n, height, width, channels], height and width the same
 * @returns float32 [n, side, side, channels]
 */
export function downscaled(images: Value, side: number): Value {
  const { graph, shape } = images;
  const [n, full, , channels] = shape as readonly [null, number, number, number];
  const blocks = greatestCommonDivisor(full, side);
  const [from, to] = [full / blocks, side / blocks];
  const perBlock = [to, to, channels];
  const values = places(from, from, channels).flatMap(([row, column, channel]) =>
    places(to, to, channels).map(([y, x, c]) =>
      c === channel ? share(y, row, from / to) * share(x, column, from / to) : 0,
    ),
  );
  const size = to * to * channels;
  const kernel = constant(graph, { dtype: 'float32', shape: [from, from, channels, size], values });
  const means = conv2d(images, kernel, { strides: [from, from], padding: 'VALID' });
  // [n, block row, block column, row, column, channel]
  const inBlocks = reshape(means, [n, blocks, blocks, ...perBlock]);
  return reshape(transpose(inBlocks, [0, 1, 3, 2, 4, 5]), [n, side, side, channels]);
}

/** How much of the pixel `large`, along one axis, is in the pixel `small`, which is `scale` times as wide; 1 in all. */
function share(small: number, large: number, scale: number): number {
  const overlap = Math.min((small + 1) * scale, large + 1) - Math.max(small * scale, large);
  return Math.max(0, overlap) / scale;
}

/** All index triples below these sizes, in row-major order. */
function places(...sizes: readonly [number, number, number]): [number, number, number][] {
  const [a, b, c] = sizes.map((size) => [...Array(size).keys()]);
  return a.flatMap((i) => b.flatMap((j) => c.map((k): [number, number, number] => [i, j, k])));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
