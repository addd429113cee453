/** Dense layers: a matrix product over the last axis. */
import { reshape } from '../ops/array';
import { cast } from '../ops/cast';
import { biasAdd } from '../ops/convolution';
import { matMul } from '../ops/math';
import { sizeOf } from '../types';
import { activate } from './activation';
import { lowers } from './lowering';

lowers('Dense', ([x], layer) => {
  const { dtype, outputShape } = layer;
  const kernel = cast(layer.weight('kernel'), dtype);
  const inner = x.shape.slice(1, -1);
  // One row for each position that the kernel is applied to.
  const rows = sizeOf(x.shape.slice(0, -1));
  const flat = inner.length === 0 ? x : reshape(x, [rows, x.shape[x.shape.length - 1]]);
  let y = matMul(flat, kernel);
  if (layer.has('bias')) y = biasAdd(y, cast(layer.weight('bias'), dtype));
  return activate(reshape(y, [x.shape[0], ...inner, outputShape[outputShape.length - 1]]), layer);
});
