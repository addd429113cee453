/** Maximum and mean over windows of images in NHWC. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import type { Attrs } from '../types';
import { shapeOf } from './array';
import { expectFloat, expectRank } from './check';
import { windowCount, type Padding } from './convolution';

export interface Pool {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

function pool(op: string, x: Value, { size, strides, padding }: Pool): Value {
  expectFloat(op, x);
  expectRank(op, x, 4);
  const [n, height, width, channels] = x.shape;
  const attrs: Attrs = {
    T: { type: x.dtype },
    ksize: { ints: [1, ...size, 1] },
    strides: { ints: [1, ...strides, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
  const shape = [
    n,
    windowCount(height, size[0], strides[0], padding),
    windowCount(width, size[1], strides[1], padding),
    channels,
  ];
  return x.graph.add({ op, inputs: [x], attrs, outputs: [{ dtype: x.dtype, shape }] }).output;
}

/** If several values of a window are the largest, the first one gets the gradient. */
export const maxPool = (x: Value, window: Pool): Value => pool('MaxPool', x, window);
simpleRule('MaxPool', ({ graph, attrs, inputs: [x], output: y }, dy) => [
  graph.add({
    op: 'MaxPoolGrad',
    inputs: [x, y, dy],
    attrs: { ...attrs, explicit_paddings: { ints: [] } },
    outputs: [x],
  }).output,
]);

/** The mean leaves out the padding. */
export const avgPool = (x: Value, window: Pool): Value => pool('AvgPool', x, window);
simpleRule('AvgPool', ({ graph, attrs, inputs: [x] }, dy) => [
  graph.add({ op: 'AvgPoolGrad', inputs: [shapeOf(x), dy], attrs, outputs: [x] }).output,
]);
