/** Conditional execution. */
import type { Node, Value } from '../graph';
import { sameShape, typeText } from '../types';
import { identity } from './array';
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

/** Makes a value wait for a decision. What depends on the result does not run if it is decided otherwise. */
export type Gate = (value: Value) => Value;

/**
 * Nodes that run only if the condition holds, or only if it does not.
 * @param condition bool scalar; if it isn't computed, neither branch runs
 * @param then adds nodes that depend on gated values
 * @returns a node that comes after those that have run
 */
export function branch(
  condition: Value,
  then: (gate: Gate) => readonly Node[],
  otherwise: (gate: Gate) => readonly Node[] = () => [],
): Node {
  const done = then((value) => switchOn(value, condition).yes);
  const left = otherwise((value) => switchOn(value, condition).no);
  const { yes, no } = switchOn(condition, condition);
  return merge(identity(yes, 'done', done), identity(no, 'left', left)).node;
}
