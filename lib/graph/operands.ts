/** The operations on two operands as users write them: one of the two may be a plain number. */
import { GraphError } from './errors';
import { Value } from './graph';
import { like } from './ops/cast';
import * as compare from './ops/compare';
import * as math from './ops/math';

/** A number becomes a scalar of the other operand's type. */
export type Operand = Value | number;

/** An operation on pairs of elements, with broadcasting; at least one operand is a value. */
export interface Binary {
  (a: Value, b: Operand): Value;
  (a: number, b: Value): Value;
}

function withNumbers(operation: (a: Value, b: Value) => Value): Binary {
  return (a: Operand, b: Operand) => operation(...both(a, b));
}

function both(a: Operand, b: Operand): [Value, Value] {
  if (a instanceof Value) return [a, b instanceof Value ? b : like(a, b)];
  if (b instanceof Value) return [like(b, a), b];
  throw new GraphError(`an operation takes a value of the graph and at most one number, not ${a} and ${b}`);
}

export const add = withNumbers(math.add);
export const sub = withNumbers(math.sub);
export const mul = withNumbers(math.mul);
export const div = withNumbers(math.div);
/** If both are equal, the gradient goes to `a`, as in TensorFlow. */
export const maximum = withNumbers(math.maximum);
/** If both are equal, the gradient goes to `a`, as in TensorFlow. */
export const minimum = withNumbers(math.minimum);
/** aᵇ; the gradient with respect to `b` is 0 where a ≤ 0, as in TensorFlow. */
export const pow = withNumbers(math.pow);
export const greater = withNumbers(math.greater);
export const greaterEqual = withNumbers(math.greaterEqual);
export const less = withNumbers(compare.less);
export const lessEqual = withNumbers(compare.lessEqual);
export const equal = withNumbers(math.equal);
export const notEqual = withNumbers(compare.notEqual);

/** `a` where `condition` holds, `b` elsewhere; all three are broadcast. */
export function select(condition: Value, a: Value, b: Operand): Value;
export function select(condition: Value, a: number, b: Value): Value;
export function select(condition: Value, a: Operand, b: Operand): Value {
  return math.select(condition, ...both(a, b));
}
