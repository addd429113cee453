/** Conditional execution. */
import type { Value } from '../graph';
import { sameShape, typeText } from '../types';
import { expectSameType, expectType } from './check';

/**
 * Passes `x` on to one of two branches. Nodes that depend on the other branch do not run.
 * @param condition bool scalar
 */
export function switchOn(x: Value, condition: Value): { readonly yes: Value; readonly no: Value } {
  expectType('Switch', condition, 'bool');
  const node = x.graph.add({
    op: 'Switch',
    inputs: [x, condition],
    attrs: { T: { type: x.dtype } },
    outputs: [x, x],
  });
  return { no: node.outputs[0], yes: node.outputs[1] };
}

/** Joins the two branches of `switchOn`: gives the value that was computed. */
export function merge(a: Value, b: Value): Value {
  expectSameType('Merge', a, b);
  if (!sameShape(a.shape, b.shape))
    a.graph.refuse('Merge', `takes one shape, not ${typeText(a)} and ${typeText(b)}`);
  return a.graph.add({
    op: 'Merge',
    inputs: [a, b],
    attrs: { T: { type: a.dtype }, N: { int: 2 } },
    outputs: [a, { dtype: 'int32', shape: [] }],
  }).output;
}
