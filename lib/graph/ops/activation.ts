/** Activation functions: element by element, except for softmax. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import type { Attrs } from '../types';
import { sum } from './broadcast';
import { cast, like } from './cast';
import { expectFloat, expectSameType } from './check';
import { add, erf, exp, mul, square, sub } from './math';

function unary(op: string, x: Value, attrs: Attrs = {}): Value {
  expectFloat(op, x);
  return x.graph.add({ op, inputs: [x], attrs: { T: { type: x.dtype }, ...attrs }, outputs: [x] }).output;
}

/** TensorFlow's own gradient of a function, from dy and the function's input or output. */
function gradientOp(op: string, first: Value, second: Value, attrs: Attrs = {}): Value {
  expectSameType(op, first, second);
  const types: Attrs = { T: { type: first.dtype }, ...attrs };
  return first.graph.add({ op, inputs: [first, second], attrs: types, outputs: [second] }).output;
}

export const relu = (x: Value): Value => unary('Relu', x);
simpleRule('Relu', ({ output: y }, dy) => [gradientOp('ReluGrad', dy, y)]);

/** min(max(x, 0), 6) */
export const relu6 = (x: Value): Value => unary('Relu6', x);
simpleRule('Relu6', ({ output: y }, dy) => [gradientOp('Relu6Grad', dy, y)]);

/** x where positive, `alpha · x` elsewhere; `alpha` is not negative. */
export function leakyRelu(x: Value, alpha: number): Value {
  if (alpha < 0) x.graph.refuse('LeakyRelu', `takes an alpha from 0 on, not ${alpha}`);
  return unary('LeakyRelu', x, { alpha: { float: alpha } });
}
// Only the sign matters, and y has the same sign as x. With x, TensorFlow 2.21 fails to fuse a preceding convolution.
simpleRule('LeakyRelu', ({ attrs, output: y }, dy) => [
  gradientOp('LeakyReluGrad', dy, y, { alpha: attrs['alpha'] }),
]);

/** Clevert et al. 2015, https://arxiv.org/abs/1511.07289, with α = 1 */
export const elu = (x: Value): Value => unary('Elu', x);
simpleRule('Elu', ({ output: y }, dy) => [gradientOp('EluGrad', dy, y)]);

/** Klambauer et al. 2017, https://arxiv.org/abs/1706.02515 */
export const selu = (x: Value): Value => unary('Selu', x);
simpleRule('Selu', ({ output: y }, dy) => [gradientOp('SeluGrad', dy, y)]);

export const sigmoid = (x: Value): Value => unary('Sigmoid', x);
simpleRule('Sigmoid', ({ output: y }, dy) => [gradientOp('SigmoidGrad', y, dy)]);

export const tanh = (x: Value): Value => unary('Tanh', x);
simpleRule('Tanh', ({ output: y }, dy) => [gradientOp('TanhGrad', y, dy)]);

/** For operations that have no kernel in bfloat16 on a GPU: everything would be moved to the CPU and back. */
function inFloat32(op: string, x: Value): Value {
  expectFloat(op, x);
  return cast(unary(op, cast(x, 'float32')), x.dtype);
}

/** log(1 + exp(x)) */
export const softplus = (x: Value): Value => inFloat32('Softplus', x);
simpleRule('Softplus', ({ inputs: [x] }, dy) => [gradientOp('SoftplusGrad', dy, x)]);

/** x / (1 + |x|) */
export const softsign = (x: Value): Value => inFloat32('Softsign', x);
simpleRule('Softsign', ({ inputs: [x] }, dy) => [gradientOp('SoftsignGrad', dy, x)]);

/** Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941 */
export const swish = (x: Value): Value => mul(x, sigmoid(x));

/**
 * x · Φ(x), with the normal distribution's Φ(x) = (1 + erf(x / √2)) / 2 (Hendrycks & Gimpel 2016,
 * https://arxiv.org/abs/1606.08415)
 */
export function gelu(x: Value): Value {
  const inner = mul(x, like(x, Math.SQRT1_2));
  const half = like(x, 0.5);
  const share = add(mul(erf(inner), half), half);
  // dx = dy · (Φ(x) + x · φ(x)), φ(x) = exp(−x²/2) / √(2π): six passes over the values, back through each operation are ten.
  const rule = (dy: Value): Value[] => {
    const density = exp(sub(like(x, -Math.log(2 * Math.PI) / 2), square(inner)));
    return [mul(dy, add(share, mul(x, density)))];
  };
  return x.graph.add({
    op: 'Identity',
    inputs: [mul(x, share)],
    attrs: { T: { type: x.dtype } },
    outputs: [x],
    gradient: { inputs: [x], rule },
  }).output;
}

/** Over the last axis. */
export const softmax = (x: Value): Value => unary('Softmax', x);
simpleRule('Softmax', ({ output: y }, dy) => {
  const last = [y.shape.length - 1];
  return [mul(sub(dy, sum(mul(dy, y), last, true)), y)];
});
