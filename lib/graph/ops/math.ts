/** Arithmetic, element by element, with NumPy's broadcasting; sums; and the matrix product. */
import { simpleRule } from '../gradient-rules';
import type { Graph, Value } from '../graph';
import { sameShape, shapeText, type Dim, type DType, type Shape } from '../types';
import { unbroadcast } from './broadcast';
import { zerosLike } from './array';
import { productGradients, type Transposed } from './batch-mat-mul';
import { expectFloat, expectRank, expectSameType, expectType } from './check';
import { like } from './cast';

/** An operation on pairs of elements. */
export function binary(op: string, a: Value, b: Value, dtype: DType = a.dtype): Value {
  expectSameType(op, a, b);
  return a.graph.add({
    op,
    inputs: [a, b],
    attrs: { T: { type: a.dtype } },
    outputs: [{ dtype, shape: broadcastShape(op, a, b) }],
  }).output;
}

function broadcastShape(op: string, a: { graph: Graph; shape: Shape }, b: { shape: Shape }): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, i): Dim => {
    // Shapes are aligned at the last axis; missing leading axes count as 1.
    const of = ({ shape }: { shape: Shape }): Dim =>
      i < rank - shape.length ? 1 : shape[i - rank + shape.length];
    const [x, y] = [of(a), of(b)];
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    return a.graph.refuse(op, `${shapeText(a.shape)} and ${shapeText(b.shape)} do not broadcast`);
  });
}

export const add = (a: Value, b: Value): Value => binary('AddV2', a, b);
simpleRule('AddV2', ({ inputs: [a, b] }, dy) => [unbroadcast(dy, a), unbroadcast(dy, b)]);

export const sub = (a: Value, b: Value): Value => binary('Sub', a, b);
simpleRule('Sub', ({ inputs: [a, b] }, dy) => [unbroadcast(dy, a), unbroadcast(neg(dy), b)]);

export const mul = (a: Value, b: Value): Value => binary('Mul', a, b);
simpleRule('Mul', ({ inputs: [a, b] }, dy) => [unbroadcast(mul(dy, b), a), unbroadcast(mul(dy, a), b)]);

export const div = (a: Value, b: Value): Value => binary('RealDiv', a, b);
simpleRule('RealDiv', ({ inputs: [a, b], output: y }, dy) => [
  unbroadcast(div(dy, b), a),
  unbroadcast(neg(mul(dy, div(y, b))), b),
]);

/** If both are equal, the gradient goes to `a`, as in TensorFlow. */
export const maximum = (a: Value, b: Value): Value => binary('Maximum', a, b);
simpleRule('Maximum', ({ inputs: [a, b] }, dy) => toEither(greaterEqual(a, b), dy, a, b));

/** If both are equal, the gradient goes to `a`, as in TensorFlow. */
export const minimum = (a: Value, b: Value): Value => binary('Minimum', a, b);
simpleRule('Minimum', ({ inputs: [a, b] }, dy) => toEither(greaterEqual(b, a), dy, a, b));

function toEither(toA: Value, dy: Value, a: Value, b: Value): Value[] {
  const zero = like(dy, 0);
  return [unbroadcast(select(toA, dy, zero), a), unbroadcast(select(toA, zero, dy), b)];
}

/** aᵇ; the gradient with respect to `b` is 0 where a ≤ 0, as in TensorFlow. */
export const pow = (a: Value, b: Value): Value => binary('Pow', a, b);
simpleRule('Pow', ({ inputs: [a, b], output: y }, dy) => {
  const positive = greater(a, like(a, 0));
  const logarithm = select(positive, log(select(positive, a, like(a, 1))), like(a, 0));
  return [
    unbroadcast(mul(dy, mul(b, pow(a, sub(b, like(b, 1))))), a),
    unbroadcast(mul(dy, mul(y, logarithm)), b),
  ];
});

/** The quotient rounded down, and what is left of `a`; for whole numbers, and so without a gradient. */
export const floorDiv = (a: Value, b: Value): Value => binary('FloorDiv', a, b);
export const floorMod = (a: Value, b: Value): Value => binary('FloorMod', a, b);

export const greater = (a: Value, b: Value): Value => binary('Greater', a, b, 'bool');
export const greaterEqual = (a: Value, b: Value): Value => binary('GreaterEqual', a, b, 'bool');
export const equal = (a: Value, b: Value): Value => binary('Equal', a, b, 'bool');

/** An operation on pairs of bools. */
export function logical(op: string, a: Value, b: Value): Value {
  for (const value of [a, b]) expectType(op, value, 'bool');
  const outputs = [{ dtype: 'bool', shape: broadcastShape(op, a, b) }] as const;
  return a.graph.add({ op, inputs: [a, b], outputs }).output;
}

/** Logical and of two bools. */
export const logicalAnd = (a: Value, b: Value): Value => logical('LogicalAnd', a, b);

/** `a` where `condition` holds, `b` elsewhere; all three are broadcast. bool, any type, the same type */
export function select(condition: Value, a: Value, b: Value): Value {
  expectType('SelectV2', condition, 'bool');
  expectSameType('SelectV2', a, b);
  const both = { graph: a.graph, shape: broadcastShape('SelectV2', a, b) };
  return a.graph.add({
    op: 'SelectV2',
    inputs: [condition, a, b],
    attrs: { T: { type: a.dtype } },
    outputs: [{ dtype: a.dtype, shape: broadcastShape('SelectV2', both, condition) }],
  }).output;
}
simpleRule('SelectV2', ({ inputs: [condition, a, b] }, dy) => [undefined, ...toEither(condition, dy, a, b)]);

/** An operation on each element by itself. */
export function unary(op: string, x: Value): Value {
  expectFloat(op, x);
  return x.graph.add({ op, inputs: [x], attrs: { T: { type: x.dtype } }, outputs: [x] }).output;
}

export const neg = (x: Value): Value => unary('Neg', x);
simpleRule('Neg', (_node, dy) => [neg(dy)]);

export const square = (x: Value): Value => unary('Square', x);
simpleRule('Square', ({ inputs: [x] }, dy) => [mul(dy, mul(x, like(x, 2)))]);

export const sqrt = (x: Value): Value => unary('Sqrt', x);
simpleRule('Sqrt', ({ output: y }, dy) => [div(mul(dy, like(y, 0.5)), y)]);

/** Rounded down. */
export const floor = (x: Value): Value => unary('Floor', x);
simpleRule('Floor', (_node, dy) => [zerosLike(dy)]);

/** −1, 0 or 1 */
export const sign = (x: Value): Value => unary('Sign', x);
simpleRule('Sign', (_node, dy) => [zerosLike(dy)]);

export const exp = (x: Value): Value => unary('Exp', x);
simpleRule('Exp', ({ output: y }, dy) => [mul(dy, y)]);

export const log = (x: Value): Value => unary('Log', x);
simpleRule('Log', ({ inputs: [x] }, dy) => [div(dy, x)]);

export const abs = (x: Value): Value => unary('Abs', x);
simpleRule('Abs', ({ inputs: [x] }, dy) => [mul(dy, sign(x))]);

/** The error function, which GELU uses. */
export const erf = (x: Value): Value => unary('Erf', x);
simpleRule('Erf', ({ inputs: [x] }, dy) => {
  const slope = mul(exp(neg(square(x))), like(x, 2 / Math.sqrt(Math.PI)));
  return [mul(dy, slope)];
});

/** Sum of several values of the same shape. */
export function addN(values: readonly Value[]): Value {
  const [first, ...others] = values;
  if (others.length === 0) return first;
  for (const other of others) {
    expectSameType('AddN', first, other);
    if (!sameShape(first.shape, other.shape)) {
      first.graph.refuse(
        'AddN',
        `takes one shape, not ${shapeText(first.shape)} and ${shapeText(other.shape)}`,
      );
    }
  }
  return first.graph.add({
    op: 'AddN',
    inputs: values,
    attrs: { N: { int: values.length }, T: { type: first.dtype } },
    outputs: [first],
  }).output;
}
simpleRule('AddN', ({ inputs }, dy) => inputs.map(() => dy));

/** float [n, k] · [k, m] → [n, m]; either factor may be taken transposed. */
export function matMul(a: Value, b: Value, transposed: Transposed = {}): Value {
  for (const factor of [a, b]) {
    expectFloat('MatMul', factor);
    expectRank('MatMul', factor, 2);
  }
  expectSameType('MatMul', a, b);
  const [rows, inner] = transposed.a ? [a.shape[1], a.shape[0]] : a.shape;
  const [other, columns] = transposed.b ? [b.shape[1], b.shape[0]] : b.shape;
  if (inner !== other) {
    a.graph.refuse('MatMul', `${shapeText(a.shape)} and ${shapeText(b.shape)} do not multiply`);
  }
  return a.graph.add({
    op: 'MatMul',
    inputs: [a, b],
    attrs: {
      T: { type: a.dtype },
      transpose_a: { bool: transposed.a ?? false },
      transpose_b: { bool: transposed.b ?? false },
    },
    outputs: [{ dtype: a.dtype, shape: [rows, columns] }],
  }).output;
}
simpleRule('MatMul', ({ attrs, inputs: [a, b] }, dy) => {
  const { transpose_a, transpose_b } = attrs as Record<string, { bool: boolean }>;
  return productGradients(matMul, a, b, dy, { a: transpose_a.bool, b: transpose_b.bool });
});
