/** Broadcasting along an axis and summing over it: each is the other's gradient. */
import { simpleRule } from '../gradient-rules';
import type { Node, Value } from '../graph';
import { sameShape, type Shape } from '../types';
import { reshape, shapeOf } from './array';
import { expectAxes } from './check';
import { constantOf, ints } from './constant';

/** Repeats `x` along the axes where it has size 1, until it has the shape of `target`. */
export function broadcastTo(x: Value, target: Value): Value {
  return x.graph.add({
    op: 'BroadcastTo',
    inputs: [x, shapeOf(target)],
    attrs: { T: { type: x.dtype }, Tidx: { type: 'int32' } },
    outputs: [{ dtype: x.dtype, shape: target.shape }],
  }).output;
}
simpleRule('BroadcastTo', ({ inputs: [x] }, dy) => [unbroadcast(dy, x)]);

/** The gradient with respect to `x` if `x` was broadcast: the sum over the copies. */
export function unbroadcast(gradient: Value, x: Value): Value {
  if (sameShape(gradient.shape, x.shape)) return gradient;
  const missing = gradient.shape.length - x.shape.length;
  const axes = gradient.shape.flatMap((dim, i) =>
    i < missing || (x.shape[i - missing] === 1 && dim !== 1) ? [i] : [],
  );
  return reshape(sum(gradient, axes), x.shape);
}

/** A reduction over `axes`; with `keepDims` they stay, with size 1. */
export function reduce(op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const counted = expectAxes(op, x, axes);
  return x.graph.add({
    op,
    inputs: [x, ints(x.graph, counted)],
    attrs: { T: { type: x.dtype }, Tidx: { type: 'int32' }, keep_dims: { bool: keepDims } },
    outputs: [{ dtype: x.dtype, shape: reducedShape(x.shape, counted, keepDims) }],
  }).output;
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return shape.flatMap((dim, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [dim]));
}

export function allAxes({ shape }: Value): readonly number[] {
  return shape.map((_, i) => i);
}

/**
 * Sum along `axes`. number [...] → [...] without these axes, or with size 1 there
 * @param axes negative ones count from the end; defaults to all
 */
export function sum(x: Value, axes = allAxes(x), keepDims = false): Value {
  return reduce('Sum', x, axes, keepDims);
}
simpleRule('Sum', (node, dy) => [broadcastTo(withReducedAxes(node, dy), node.inputs[0])]);

/** The axes of the reduction `node`, counted from 0. */
export function axesOf(node: Node): readonly number[] {
  return constantOf(node.inputs[1]);
}

/** Gives a reduction's result, or its gradient, the lost axes back, with size 1. */
export function withReducedAxes(node: Node, value: Value): Value {
  return reshape(value, reducedShape(node.inputs[0].shape, axesOf(node), true));
}
