/**
 * Random numbers without a state: the same seed gives the same numbers, on every run and after every restart
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", of which TensorFlow uses Philox).
 */
import type { Value } from '../graph';
import type { Shape } from '../types';
import { pack } from './array';
import { scalar } from './cast';
import { expectRank, expectType } from './check';

/** What is fixed while a graph is built, with what changes from step to step. @param step int32 scalar */
export function seedOf(step: Value, fixed: number): Value {
  expectType('Pack', step, 'int32');
  return pack([scalar(step.graph, fixed | 0, 'int32'), step]);
}

/**
 * From 0 up to but without 1.
 * @param sizes int32 vector; `shape` says as much of it as is known while building
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
