/** Convolutions over images: plain, depthwise, and separable (Chollet 2016, https://arxiv.org/abs/1610.02357). */
import { oneDnnVariable } from '../../runtime/one-dnn';
import { hasDilatedGradient } from '../dilated-gradient';
import type { Value } from '../graph';
import { reshape } from '../ops/array';
import { cast } from '../ops/cast';
import { biasAdd, conv2d, depthwiseConv2d, type Window } from '../ops/convolution';
import { matMul } from '../ops/math';
import { sizeOf } from '../types';
import { activate } from './activation';
import { lowers, type Lowering } from './lowering';

function windowOf({ config, refuse }: Lowering): Window {
  config.expectChannelsLast();
  const groups = config.get('groups') ?? 1;
  if (groups !== 1) refuse(`its groups are ${JSON.stringify(groups)}; 1 can be lowered`);
  return {
    strides: config.pair('strides'),
    padding: config.padding(),
    dilations: config.pair('dilationRate'),
  };
}

function withBias(x: Value, layer: Lowering): Value {
  return layer.has('bias') ? biasAdd(x, cast(layer.weight('bias'), layer.dtype)) : x;
}

function depthwise(x: Value, layer: Lowering): Value {
  const window = windowOf(layer);
  if (window.dilations?.some((dilation) => dilation !== 1)) {
    layer.refuse(
      `its dilationRate is ${String(window.dilations)}; expected 1, since TensorFlow has no gradient for dilated ` +
        'depthwise convolutions (and tfjs computes them as if it were 1)',
    );
  }
  const [rows, columns] = window.strides;
  if (rows !== columns) layer.refuse(`its strides are ${rows} and ${columns}; equal ones can be lowered`);
  return depthwiseConv2d(x, cast(layer.weight('depthwise_kernel'), layer.dtype), window);
}

function expectGradient({ dilations }: Window, { refuse }: Lowering): void {
  if (dilations?.every((dilation) => dilation === 1) || hasDilatedGradient()) return;
  refuse(
    `its dilationRate is ${String(dilations)}, and on a CPU TensorFlow has a gradient for that only with oneDNN, ` +
      `which is off here: unset ${oneDnnVariable} or set it to 1 before Node starts (tfjs has no such gradient either)`,
  );
}

/**
 * A 1×1 kernel multiplies the channels of each place by a matrix. As a product of matrices oneDNN does that faster than as a
 * convolution: Inception10's step takes 4 % less.
 */
function convolve(x: Value, kernel: Value, window: Window, { device, dtype }: Lowering): Value {
  const [rows, columns, channels, filters] = kernel.shape;
  const isProduct = [rows, columns, ...window.strides].every((each) => each === 1);
  if (!isProduct || device !== 'cpu' || dtype !== 'float32') return conv2d(x, kernel, window);
  const places = x.shape.slice(0, -1);
  const product = matMul(reshape(x, [sizeOf(places), channels]), reshape(kernel, [channels, filters]));
  return reshape(product, [...places, filters]);
}

lowers('Conv2D', ([x], layer) => {
  const window = windowOf(layer);
  expectGradient(window, layer);
  const kernel = cast(layer.weight('kernel'), layer.dtype);
  return activate(withBias(convolve(x, kernel, window, layer), layer), layer);
});

lowers('DepthwiseConv2D', ([x], layer) => activate(withBias(depthwise(x, layer), layer), layer));

lowers('SeparableConv2D', ([x], layer) => {
  const pointwise = cast(layer.weight('pointwise_kernel'), layer.dtype);
  const window: Window = { strides: [1, 1], padding: 'VALID' };
  const mixed = convolve(depthwise(x, layer), pointwise, window, layer);
  return activate(withBias(mixed, layer), layer);
});
