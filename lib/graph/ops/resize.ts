/** Images in NHWC brought to another size. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import type { Attrs, DType } from '../types';
import { expectFloat, expectRank, staticDim } from './check';
import { ints } from './constant';
import { like } from './cast';
import { mul } from './math';
import { avgPool } from './pooling';

/** Which places of the smaller image belong to those of the larger one. */
export interface Places {
  /**
   * Pixels are squares that are taken at their centres, as in Keras, and not points, as in tfjs's layers. Defaults to
   * false.
   */
  readonly halfPixelCenters?: boolean;
  /** The corner pixels of both images coincide. Defaults to false. */
  readonly alignCorners?: boolean;
}

type Size = readonly [number, number];

/** Linear between the four nearest pixels. float [n, h, w, c] → float32 [n, ...size, c] */
export const resizeBilinear = (x: Value, size: Size, places: Places = {}): Value =>
  resize('ResizeBilinear', x, size, 'float32', places);
simpleRule('ResizeBilinear', ({ graph, attrs, inputs: [x] }, dy) => [
  graph.add({ op: 'ResizeBilinearGrad', inputs: [dy, x], attrs, outputs: [x] }).output,
]);

/** The nearest pixel. float [n, h, w, c] → [n, ...size, c] */
export const resizeNearest = (x: Value, size: Size, places: Places = {}): Value =>
  resize('ResizeNearestNeighbor', x, size, x.dtype, places);
simpleRule('ResizeNearestNeighbor', ({ graph, attrs, inputs: [x] }, dy) => {
  const size = ints(graph, [
    staticDim('ResizeNearestNeighbor', x, 1),
    staticDim('ResizeNearestNeighbor', x, 2),
  ]);
  return [graph.add({ op: 'ResizeNearestNeighborGrad', inputs: [dy, size], attrs, outputs: [x] }).output];
});

/**
 * Each pixel as a block of equal ones. float [n, h, w, c] → [n, h · times[0], w · times[1], c]
 * The gradient is a sum over blocks, as a pooling makes it: in float32 even for bfloat16, and on a GPU in a fixed order.
 */
export function repeatPixels(x: Value, times: Size): Value {
  const size = times.map((count, i) => count * staticDim('ResizeNearestNeighbor', x, 1 + i));
  const y = resizeNearest(x, [size[0], size[1]]);
  const rule = (dy: Value): Value[] => {
    const means = avgPool(dy, { size: times, strides: times, padding: 'VALID' });
    return [mul(means, like(means, times[0] * times[1]))];
  };
  return x.graph.add({
    op: 'Identity',
    inputs: [y],
    attrs: { T: { type: x.dtype } },
    outputs: [y],
    gradient: { inputs: [x], rule },
  }).output;
}

function resize(op: string, x: Value, size: Size, dtype: DType, places: Places): Value {
  expectFloat(op, x);
  expectRank(op, x, 4);
  if (!size.every((length) => Number.isInteger(length) && length > 0))
    x.graph.refuse(op, `takes a height and a width of whole pixels, not ${size.join(' and ')}`);
  const { halfPixelCenters = false, alignCorners = false } = places;
  if (halfPixelCenters && alignCorners)
    x.graph.refuse(op, 'takes half-pixel centers or aligned corners, not both');
  const attrs: Attrs = {
    T: { type: x.dtype },
    half_pixel_centers: { bool: halfPixelCenters },
    align_corners: { bool: alignCorners },
  };
  const [n, , , channels] = x.shape;
  return x.graph.add({
    op,
    inputs: [x, ints(x.graph, size)],
    attrs,
    outputs: [{ dtype, shape: [n, ...size, channels] }],
  }).output;
}
