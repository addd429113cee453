/** Work that is done or left undone, as a condition says. */
import type { Value } from '../graph';
import { sameShape, typeText } from '../types';
import { expectSameType, expectType } from './check';

/**
 * Hands `x` on to one of two ways. What depends on the other way is not computed at all.
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

/** The end of both ways of `switchOn`: whichever value was computed. */
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
