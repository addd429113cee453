/**
 * Random numbers without a state: the same seed gives the same numbers, on every run and after every restart
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", of which TensorFlow uses Philox).
 */
import type { Value } from '../graph';
import type { DType, Shape } from '../types';
import { pack } from './array';
import { scalar } from './cast';
import { expectRank, expectType } from './check';

/** Combines a seed fixed in the graph with the step's number. @param step int32 scalar */
export function seedOf(step: Value, fixed: number): Value {
  expectType('Pack', step, 'int32');
  return pack([scalar(step.graph, fixed | 0, 'int32'), step]);
}

/**
 * Uniform in [0, 1). → float32 `shape`
 * @param sizes int32 vector; `shape` is the part of it that is known while building
 * @param seed int32 [2]
 */
export function statelessUniform(sizes: Value, shape: Shape, seed: Value): Value {
  return drawn('StatelessRandomUniform', 'float32', sizes, shape, seed);
}

/** Normal, with mean 0 and deviation 1; the rest is as for `statelessUniform`. */
export function statelessNormal(sizes: Value, shape: Shape, seed: Value): Value {
  return drawn('StatelessRandomNormal', 'float32', sizes, shape, seed);
}

/** Random bits: int32, each number equally likely; the rest is as for `statelessUniform`. */
export function statelessBits(sizes: Value, shape: Shape, seed: Value): Value {
  return drawn('StatelessRandomUniformFullInt', 'int32', sizes, shape, seed);
}

function drawn(op: string, dtype: DType, sizes: Value, shape: Shape, seed: Value): Value {
  expectType(op, sizes, 'int32');
  expectType(op, seed, 'int32');
  expectRank(op, seed, 1);
  return sizes.graph.add({
    op,
    inputs: [sizes, seed],
    attrs: { dtype: { type: dtype }, T: { type: 'int32' }, Tseed: { type: 'int32' } },
    outputs: [{ dtype, shape }],
  }).output;
}
