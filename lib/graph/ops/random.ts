/**
 * Random numbers without a state: the same seed gives the same numbers, on every run and after every restart
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", of which TensorFlow uses Philox).
 */
import type { Value } from '../graph';
import type { Shape } from '../types';
import { pack } from './array';
import { scalar } from './cast';
import { expectRank, expectType } from './check';

/** Combines a seed fixed in the graph with the step's number. @param step int32 scalar */
export function seedOf(step: Value, fixed: number): Value {
  expectType('Pack', step, 'int32');
  return pack([scalar(step.graph, fixed | 0, 'int32'), step]);
}

/**
 * Uniform in [0, 1).
 * @param sizes int32 vector; `shape` is the part of it that is known while building
 * @param seed int32 [2]
 */
export function statelessUniform(sizes: Value, shape: Shape, seed: Value): Value {
  const op = 'StatelessRandomUniform';
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

/** Random bits. @param sizes and `seed` as for `statelessUniform` → int32 `shape`, each number equally likely */
export function statelessBits(sizes: Value, shape: Shape, seed: Value): Value {
  const op = 'StatelessRandomUniformFullInt';
  expectType(op, sizes, 'int32');
  expectType(op, seed, 'int32');
  expectRank(op, seed, 1);
  return sizes.graph.add({
    op,
    inputs: [sizes, seed],
    attrs: { dtype: { type: 'int32' }, T: { type: 'int32' }, Tseed: { type: 'int32' } },
    outputs: [{ dtype: 'int32', shape }],
  }).output;
}
