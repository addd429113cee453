/** The transpose of a convolution: what takes its gradient back to its input, as an operation of its own. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { shapeText } from '../types';
import { sizesFor } from './array';
import { expectFloat, expectRank, expectSameType, staticDim } from './check';
import { attributes, conv2d, kernelGradient, windowCount, type Window } from './convolution';

const op = 'Conv2DBackpropInput';

/**
 * Spreads each value over a window of the larger image (Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285).
 * float [n, h, w, c], [rows, columns, filters, c] → [n, ...size, filters]
 * @param size of images for which a convolution with this window gives [h, w]
 */
export function conv2dTranspose(
  x: Value,
  kernel: Value,
  size: readonly [number, number],
  window: Window,
): Value {
  const { graph } = x;
  expectFloat(op, x);
  expectSameType(op, x, kernel);
  expectRank(op, x, 4);
  expectRank(op, kernel, 4);
  const [n, height, width, channels] = x.shape;
  const [rows, columns, filters, taken] = [0, 1, 2, 3].map((axis) => staticDim(op, kernel, axis));
  if (channels !== taken) {
    graph.refuse(op, `the kernel takes ${taken} channels, the images have ${String(channels)}`);
  }
  const { strides, padding, dilations = [1, 1] } = window;
  const back = [
    windowCount(size[0], rows, strides[0], padding, dilations[0]),
    windowCount(size[1], columns, strides[1], padding, dilations[1]),
  ];
  if (back[0] !== height || back[1] !== width) {
    graph.refuse(
      op,
      `images of ${size.join('×')} give ${shapeText(back)}, not ${shapeText([height, width])}`,
    );
  }
  const shape = [n, ...size, filters];
  return graph.add({
    op,
    inputs: [sizesFor(x, shape), kernel, x],
    attrs: attributes(x, window),
    outputs: [{ dtype: x.dtype, shape }],
  }).output;
}
simpleRule(op, ({ attrs, inputs: [, kernel, x] }, dy) => {
  const { strides, padding, dilations } = attrs as {
    strides: { ints: number[] };
    padding: { string: Window['padding'] };
    dilations: { ints: number[] };
  };
  const inner = ({ ints: [, rows, columns] }: { ints: number[] }): [number, number] => [rows, columns];
  return [
    undefined,
    kernelGradient(dy, kernel, x, attrs),
    conv2d(dy, kernel, { strides: inner(strides), padding: padding.string, dilations: inner(dilations) }),
  ];
});
