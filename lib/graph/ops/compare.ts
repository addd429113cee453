/** More comparisons and logic, element by element with broadcasting. */
import type { Value } from '../graph';
import { expectType } from './check';
import { binary, logical } from './math';

export const less = (a: Value, b: Value): Value => binary('Less', a, b, 'bool');
export const lessEqual = (a: Value, b: Value): Value => binary('LessEqual', a, b, 'bool');
export const notEqual = (a: Value, b: Value): Value => binary('NotEqual', a, b, 'bool');

/** Logical or of two bools. */
export const logicalOr = (a: Value, b: Value): Value => logical('LogicalOr', a, b);

/** bool [...] → [...] */
export function logicalNot(x: Value): Value {
  expectType('LogicalNot', x, 'bool');
  return x.graph.add({ op: 'LogicalNot', inputs: [x], outputs: [x] }).output;
}
