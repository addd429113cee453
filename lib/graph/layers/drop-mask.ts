/** Which values dropout keeps. */
import type { Value } from '../graph';
import { reshape, sizesFor, slice } from '../ops/array';
import { halvesOf } from '../ops/bits';
import { cast, scalar } from '../ops/cast';
import { greaterEqual } from '../ops/math';
import { statelessBits } from '../ops/random';
import type { Shape } from '../types';
import type { Lowering } from './lowering';

/** A rate is rounded to a whole number of these. */
const steps = 2 ** 16;

/**
 * The rate that is drawn with: 16 random bits a value, half of what a float32 takes, bring it within 8 millionths of the
 * one asked for.
 * @returns at least one step from both 0 and 1
 */
export function drawnRate(rate: number): number {
  return Math.min(steps - 1, Math.max(1, Math.round(rate * steps))) / steps;
}

/** A share from 0 on, below 1. */
export function dropRateOf({ config, refuse }: Lowering): number {
  const rate = config.number('rate');
  return rate >= 0 && rate < 1 ? rate : refuse(`its rate is ${rate}; expected a number from 0 on, below 1`);
}

/**
 * 1 for values that are kept, 0 for a share of `drawnRate(rate)`; the type of `x`
 * @param shape its first size is the batch's, or a constant
 */
export function dropMask(x: Value, shape: Shape, rate: number, layer: Lowering): Value {
  const { graph } = x;
  const [n, ...inner] = shape;
  const perImage = inner.reduce<number>((size, dim) => size * (dim ?? layer.refuse('its input is open')), 1);
  // One draw gives the bits of two values. An odd number of values leaves every image one to spare.
  const pairs = Math.ceil(perImage / 2);
  const drawn = statelessBits(sizesFor(x, [n, pairs]), [n, pairs], layer.seed());
  const bits = reshape(halvesOf(drawn), [n, pairs * 2]);
  const least = scalar(graph, drawnRate(rate) * steps - steps / 2, 'int16');
  const kept = greaterEqual(bits, least);
  // A GPU cuts no int16.
  const own = perImage % 2 === 0 ? kept : slice(kept, [0, 0], [n, perImage]);
  return cast(reshape(own, shape), x.dtype);
}
