/** More functions of one value, element by element: float [...] → [...] */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { zerosLike } from './array';
import { like } from './cast';
import { add, div, exp, maximum, minimum, mul, neg, pow, square, unary } from './math';

/** log(1 + x), exact for small x */
export const log1p = (x: Value): Value => unary('Log1p', x);
simpleRule('Log1p', ({ inputs: [x] }, dy) => [div(dy, add(x, like(x, 1)))]);

/** exp(x) − 1, exact for small x */
export const expm1 = (x: Value): Value => unary('Expm1', x);
simpleRule('Expm1', ({ inputs: [x] }, dy) => [mul(dy, exp(x))]);

/** x in radians */
export const sin = (x: Value): Value => unary('Sin', x);
simpleRule('Sin', ({ inputs: [x] }, dy) => [mul(dy, cos(x))]);

/** x in radians */
export const cos = (x: Value): Value => unary('Cos', x);
simpleRule('Cos', ({ inputs: [x] }, dy) => [neg(mul(dy, sin(x)))]);

/** 1 / x */
export const reciprocal = (x: Value): Value => unary('Reciprocal', x);
simpleRule('Reciprocal', ({ output: y }, dy) => [neg(mul(dy, square(y)))]);

/** 1 / √x */
export const rsqrt = (x: Value): Value => unary('Rsqrt', x);
simpleRule('Rsqrt', ({ output: y }, dy) => [mul(dy, mul(mul(square(y), y), like(y, -0.5)))]);

/** Rounded up. */
export const ceil = (x: Value): Value => unary('Ceil', x);
simpleRule('Ceil', (_node, dy) => [zerosLike(dy)]);

/** To the nearest integer; halves go to the even one. */
export const round = (x: Value): Value => unary('Round', x);
simpleRule('Round', (_node, dy) => [zerosLike(dy)]);

/** x to the power of a number */
export const power = (x: Value, exponent: number): Value => pow(x, like(x, exponent));

/** x, but at least `low` and at most `high`. The gradient is 0 beyond them, and passes at the bounds themselves. */
export function clip(x: Value, low: number, high: number): Value {
  if (!(low <= high)) x.graph.refuse('Clip', `takes low ≤ high, not ${low} and ${high}`);
  return minimum(maximum(x, like(x, low)), like(x, high));
}

/** x itself, as a constant to the gradient. any type [...] → [...] */
export function stopGradient(x: Value): Value {
  return x.graph.add({ op: 'StopGradient', inputs: [x], attrs: { T: { type: x.dtype } }, outputs: [x] })
    .output;
}
simpleRule('StopGradient', () => [undefined]);
