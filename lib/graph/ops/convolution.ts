/** Convolutions, over images in NHWC. */
import { isFaultyGradient } from '../../runtime/kernel-gradient';
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import type { Attrs, Dim, Shape } from '../types';
import { shapeOf } from './array';
import { sum } from './broadcast';
import { expectFloat, expectRank, expectSameType, staticDim } from './check';
import { ints } from './constant';

export type Padding = 'SAME' | 'VALID';

export interface Window {
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilations?: readonly [number, number];
}

/**
 * Number of positions of a window of `size` along an axis.
 * https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function windowCount(dim: Dim, size: number, stride: number, padding: Padding, dilation = 1): Dim {
  if (dim === null) return null;
  const reach = padding === 'SAME' ? 1 : (size - 1) * dilation + 1;
  return Math.ceil((dim - reach + 1) / stride);
}

export function attributes(x: Value, { strides, padding, dilations = [1, 1] }: Window): Attrs {
  return {
    T: { type: x.dtype },
    strides: { ints: [1, ...strides, 1] },
    padding: { string: padding },
    dilations: { ints: [1, ...dilations, 1] },
    data_format: { string: 'NHWC' },
  };
}

function expectImagesAndKernel(op: string, x: Value, kernel: Value): void {
  expectFloat(op, x);
  expectSameType(op, x, kernel);
  expectRank(op, x, 4);
  expectRank(op, kernel, 4);
  if (staticDim(op, x, 3) !== kernel.shape[2]) {
    x.graph.refuse(
      op,
      `the kernel takes ${String(kernel.shape[2])} channels, the images have ${String(x.shape[3])}`,
    );
  }
}

function outputShape(x: Value, kernel: Value, window: Window, channels: Dim): Shape {
  const [n, height, width] = x.shape;
  const [rows, columns] = kernel.shape as readonly number[];
  const { strides, padding, dilations = [1, 1] } = window;
  return [
    n,
    windowCount(height, rows, strides[0], padding, dilations[0]),
    windowCount(width, columns, strides[1], padding, dilations[1]),
    channels,
  ];
}

/** float [n, h, w, c], [rows, columns, c, filters] → [n, h', w', filters] */
export function conv2d(x: Value, kernel: Value, window: Window): Value {
  expectImagesAndKernel('Conv2D', x, kernel);
  return x.graph.add({
    op: 'Conv2D',
    inputs: [x, kernel],
    attrs: { ...attributes(x, window), explicit_paddings: { ints: [] } },
    outputs: [{ dtype: x.dtype, shape: outputShape(x, kernel, window, kernel.shape[3]) }],
  }).output;
}
simpleRule('Conv2D', ({ graph, attrs, inputs: [x, kernel] }, dy) => [
  graph.add({ op: 'Conv2DBackpropInput', inputs: [shapeOf(x), kernel, dy], attrs, outputs: [x] }).output,
  kernelGradient(x, kernel, dy, attrs),
]);

/** The gradient of a convolution of `x` with respect to its kernel, from that with respect to its output. */
export function kernelGradient(x: Value, kernel: Value, dy: Value, attrs: Attrs): Value {
  const { ints: strides } = attrs['strides'] as { ints: readonly number[] };
  if (isFaultyGradient(kernel.shape as readonly number[], strides)) {
    // Here oneDNN writes past the end of its memory (see lib/runtime/kernel-gradient.ts). Without the pixels that the
    // kernel skips, the stride is 1 and the gradient the same.
    const unit = { ...attrs, strides: { ints: [1, 1, 1, 1] } };
    return kernelGradient(everyNth(x, strides, dy.shape), kernel, dy, unit);
  }
  return x.graph.add({
    op: 'Conv2DBackpropFilter',
    inputs: [x, shapeOf(kernel), dy],
    attrs,
    outputs: [kernel],
  }).output;
}

/** The first of each `strides` values along each axis. @param shape as windows of one pixel have it; channels as in `x` */
function everyNth(x: Value, strides: readonly number[], shape: Shape): Value {
  const { graph } = x;
  const none = ints(graph, [0, 0, 0, 0]);
  return graph.add({
    op: 'StridedSlice',
    inputs: [x, none, none, ints(graph, strides)],
    attrs: {
      T: { type: x.dtype },
      Index: { type: 'int32' },
      begin_mask: { int: 15 },
      end_mask: { int: 15 },
      ellipsis_mask: { int: 0 },
      new_axis_mask: { int: 0 },
      shrink_axis_mask: { int: 0 },
    },
    outputs: [{ dtype: x.dtype, shape: [...shape.slice(0, 3), x.shape[3]] }],
  }).output;
}

/** Each channel by itself. float [n, h, w, c], [rows, columns, c, m] → [n, h', w', c·m]; both strides are equal */
export function depthwiseConv2d(x: Value, kernel: Value, window: Window): Value {
  const op = 'DepthwiseConv2dNative';
  expectImagesAndKernel(op, x, kernel);
  if (window.strides[0] !== window.strides[1])
    x.graph.refuse(op, `takes one stride, not ${window.strides.join('×')}`);
  const channels = staticDim(op, kernel, 2) * staticDim(op, kernel, 3);
  return x.graph.add({
    op,
    inputs: [x, kernel],
    attrs: { ...attributes(x, window), explicit_paddings: { ints: [] } },
    outputs: [{ dtype: x.dtype, shape: outputShape(x, kernel, window, channels) }],
  }).output;
}
simpleRule('DepthwiseConv2dNative', ({ graph, attrs, inputs: [x, kernel] }, dy) => {
  const [input, filter] = ['Input', 'Filter'].map((of) => `DepthwiseConv2dNativeBackprop${of}`);
  return [
    graph.add({ op: input, inputs: [shapeOf(x), kernel, dy], attrs, outputs: [x] }).output,
    graph.add({ op: filter, inputs: [x, shapeOf(kernel), dy], attrs, outputs: [kernel] }).output,
  ];
});

/** Adds `bias` [c] at each position of `x` [..., c]. */
export function biasAdd(x: Value, bias: Value): Value {
  expectFloat('BiasAdd', x);
  expectSameType('BiasAdd', x, bias);
  expectRank('BiasAdd', bias, 1);
  const attrs: Attrs = { T: { type: x.dtype }, data_format: { string: 'NHWC' } };
  return x.graph.add({ op: 'BiasAdd', inputs: [x, bias], attrs, outputs: [x] }).output;
}
simpleRule('BiasAdd', ({ inputs: [, bias] }, dy) => [dy, biasGradient(dy, bias)]);

function biasGradient(dy: Value, bias: Value): Value {
  // On a CPU, BiasAddGrad sums bfloat16 in bfloat16, where 256 + 1 is 256; Sum accumulates in float32.
  if (dy.dtype === 'bfloat16') {
    return sum(
      dy,
      dy.shape.slice(0, -1).map((_, axis) => axis),
    );
  }
  return dy.graph.add({
    op: 'BiasAddGrad',
    inputs: [dy],
    attrs: { T: { type: dy.dtype }, data_format: { string: 'NHWC' } },
    outputs: [bias],
  }).output;
}
