/** Convolutions over images: plain, depthwise, and separable (Chollet 2016, https://arxiv.org/abs/1610.02357). */
import type { Value } from '../graph';
import { cast } from '../ops/cast';
import { biasAdd, conv2d, depthwiseConv2d, type Window } from '../ops/convolution';
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
  const [rows, columns] = window.strides;
  if (rows !== columns) layer.refuse(`its strides are ${rows} and ${columns}; equal ones can be lowered`);
  return depthwiseConv2d(x, cast(layer.weight('depthwise_kernel'), layer.dtype), window);
}

lowers('Conv2D', ([x], layer) => {
  const kernel = cast(layer.weight('kernel'), layer.dtype);
  return activate(withBias(conv2d(x, kernel, windowOf(layer)), layer), layer);
});

lowers('DepthwiseConv2D', ([x], layer) => activate(withBias(depthwise(x, layer), layer), layer));

lowers('SeparableConv2D', ([x], layer) => {
  const pointwise = cast(layer.weight('pointwise_kernel'), layer.dtype);
  const mixed = conv2d(depthwise(x, layer), pointwise, { strides: [1, 1], padding: 'VALID' });
  return activate(withBias(mixed, layer), layer);
});
