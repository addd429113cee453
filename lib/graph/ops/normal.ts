/** Normal random numbers without a state; `statelessUniform` says what that means. */
import type { Value } from '../graph';
import type { Shape } from '../types';
import { expectRank, expectType } from './check';

/**
 * Normal, with mean 0 and deviation 1. → float32 `shape`
 * @param sizes int32 vector; `shape` is the part of it that is known while building
 * @param seed int32 [2]
 */
export function statelessNormal(sizes: Value, shape: Shape, seed: Value): Value {
  const op = 'StatelessRandomNormal';
  expectType(op, sizes, 'int32');
  expectType(op, seed, 'int32');
  expectRank(op, seed, 1);
  return sizes.graph.add({
    op,
    inputs: [sizes, seed],
    attrs: { dtype: { type: 'float32' }, T: { type: 'int32' }, Tseed: { type: 'int32' } },
    outputs: [{ dtype: 'float32', shape }],
  }).output;
}
