/** Reductions other than sums. */
import { simpleRule } from '../gradient-rules';
import type { Node, Value } from '../graph';
import { sizeOf } from '../types';
import { elementCount } from './array';
import { allAxes, axesOf, broadcastTo, reduce, sum, withReducedAxes } from './broadcast';
import { cast, like } from './cast';
import { expectFloat, expectRank, expectType } from './check';
import { constant, ints } from './constant';
import { div, equal, mul, sqrt, square } from './math';

/**
 * Mean along `axes`. float [...] → [...] without these axes, or with size 1 there
 * @param axes negative ones count from the end; defaults to all
 */
export function mean(x: Value, axes = allAxes(x), keepDims = false): Value {
  return reduce('Mean', x, axes, keepDims);
}
simpleRule('Mean', (node, dy) => {
  const [x] = node.inputs;
  const merged = sizeOf(axesOf(node).map((axis) => x.shape[axis]));
  const count = merged === null ? div(elementCount(x), elementCount(dy)) : like(dy, merged);
  return [broadcastTo(withReducedAxes(node, div(dy, cast(count, dy.dtype))), x)];
});

/**
 * Maximum along `axes`. Several largest values share the gradient, as in TensorFlow.
 * number [...] → [...] without these axes, or with size 1 there
 * @param axes negative ones count from the end; defaults to all
 */
export function max(x: Value, axes = allAxes(x), keepDims = false): Value {
  return reduce('Max', x, axes, keepDims);
}

/**
 * Minimum along `axes`. Several smallest values share the gradient, as in TensorFlow.
 * number [...] → [...] without these axes, or with size 1 there
 * @param axes negative ones count from the end; defaults to all
 */
export function min(x: Value, axes = allAxes(x), keepDims = false): Value {
  return reduce('Min', x, axes, keepDims);
}

function toExtremes(node: Node, dy: Value): Value[] {
  const [x] = node.inputs;
  const extreme = broadcastTo(withReducedAxes(node, node.output), x);
  const chosen = cast(equal(x, extreme), x.dtype);
  const share = div(withReducedAxes(node, dy), sum(chosen, axesOf(node), true));
  return [mul(broadcastTo(share, x), chosen)];
}
simpleRule('Max', toExtremes);
simpleRule('Min', toExtremes);

/**
 * The Euclidean length along `axes`. float [...] → [...] without these axes, or with size 1 there
 * Its gradient at 0 is not a number, as in TensorFlow.
 * @param axes negative ones count from the end; defaults to all
 */
export function norm(x: Value, axes = allAxes(x), keepDims = false): Value {
  return sqrt(sum(square(x), axes, keepDims));
}

/** Half the sum of squares. float [...] → scalar */
export function l2Loss(x: Value): Value {
  expectFloat('L2Loss', x);
  return x.graph.add({
    op: 'L2Loss',
    inputs: [x],
    attrs: { T: { type: x.dtype } },
    outputs: [{ dtype: x.dtype, shape: [] }],
  }).output;
}
simpleRule('L2Loss', ({ inputs: [x] }, dy) => [mul(x, dy)]);

/** Index of the largest value along the last axis; the first of several. float [..., n] → int32 [...] */
export function argMax(x: Value): Value {
  const { graph } = x;
  return graph.add({
    op: 'ArgMax',
    inputs: [x, constant(graph, { dtype: 'int32', shape: [], values: [x.shape.length - 1] })],
    attrs: { T: { type: x.dtype }, Tidx: { type: 'int32' }, output_type: { type: 'int32' } },
    outputs: [{ dtype: 'int32', shape: x.shape.slice(0, -1) }],
  }).output;
}

/** Whether the class is among the `k` most probable, ties included. float32 [n, classes], int32 [n] → bool [n] */
export function inTopK(scores: Value, classes: Value, k: number): Value {
  expectType('InTopKV2', scores, 'float32');
  expectRank('InTopKV2', scores, 2);
  expectType('InTopKV2', classes, 'int32');
  const { graph } = scores;
  return graph.add({
    op: 'InTopKV2',
    inputs: [scores, classes, constant(graph, { dtype: 'int32', shape: [], values: [k] })],
    attrs: { T: { type: 'int32' } },
    outputs: [{ dtype: 'bool', shape: [scores.shape[0]] }],
  }).output;
}

/** Whether all of `x` is neither infinite nor NaN. float [...] → bool scalar */
export function allFinite(x: Value): Value {
  expectFloat('IsFinite', x);
  const { graph } = x;
  const finite = graph.add({
    op: 'IsFinite',
    inputs: [x],
    attrs: { T: { type: x.dtype } },
    outputs: [{ dtype: 'bool', shape: x.shape }],
  }).output;
  return graph.add({
    op: 'All',
    inputs: [finite, ints(graph, allAxes(x))],
    attrs: { Tidx: { type: 'int32' }, keep_dims: { bool: false } },
    outputs: [{ dtype: 'bool', shape: [] }],
  }).output;
}
