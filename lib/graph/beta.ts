/** Draws from the symmetric beta distribution, which mixup and cutmix mix by. */
import type { Value } from './graph';
import { cast, scalar } from './ops/cast';
import { constant } from './ops/constant';
import { gather } from './ops/gather';
import { add, floor, minimum, mul, sub } from './ops/math';

/** Cells of a table of quantiles; even. */
const cells = 4096;

/**
 * Draws from Beta(alpha, alpha) by its inverse distribution function, a table with straight lines between its entries.
 * TensorFlow's own way, two gamma variates, has no kernel for a GPU.
 * @param uniform in [0, 1); float32 [n]
 * @param alpha above 0
 * @returns float32 [n], from 0 to 1
 */
export function betaOf(uniform: Value, alpha: number): Value {
  const { graph } = uniform;
  const values = betaQuantiles(alpha, cells);
  const table = constant(graph, { dtype: 'float32', shape: [values.length], values });
  const position = mul(uniform, scalar(graph, cells));
  const cell = minimum(floor(position), scalar(graph, cells - 1));
  const low = gather(table, cast(cell, 'int32'));
  const high = gather(table, cast(add(cell, scalar(graph, 1)), 'int32'));
  return add(low, mul(sub(position, cell), sub(high, low)));
}

/**
 * The quantiles 0, 1/count, … 1 of Beta(alpha, alpha).
 * @param count even
 */
export function betaQuantiles(alpha: number, count: number): number[] {
  // Below alpha = 1 the density is infinite at 0. As a function of t = x^alpha it is not.
  const power = Math.min(alpha, 1);
  const xOf = (t: number): number => Math.min(0.5, t ** (1 / power));
  // Up to a factor. With 4x(1 − x), which is at most 1, large powers do not underflow everywhere.
  const density = (x: number): number =>
    alpha < 1 ? (1 - x) ** (alpha - 1) : (4 * x * (1 - x)) ** (alpha - 1);

  // The lower half, in fine steps of t; the upper one mirrors it.
  const steps = 4 * count;
  const end = 0.5 ** power;
  const tOf = (step: number): number => (end * step) / steps;
  const below = new Float64Array(steps + 1);
  for (let i = 1; i <= steps; i++) {
    below[i] = below[i - 1] + (density(xOf(tOf(i - 1))) + density(xOf(tOf(i)))) / 2;
  }
  const half = Array.from({ length: count / 2 }, (_, i) => (below[steps] * i) / (count / 2));
  let step = 1;
  const lower = half.map((mass) => {
    while (below[step] <= mass) step++;
    return xOf(tOf(step - 1 + (mass - below[step - 1]) / (below[step] - below[step - 1])));
  });
  return [...lower, 0.5, ...lower.reverse().map((x) => 1 - x)];
}
