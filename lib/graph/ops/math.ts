/** Arithmetic, element by element, with NumPy's broadcasting; sums; and the matrix product. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { sameShape, shapeText, typeText, type Dim, type DType, type Shape } from '../types';
import { unbroadcast } from './broadcast';
import { expectFloat, expectRank, expectSameType, expectType } from './check';
import { like } from './cast';

function binary(op: string, a: Value, b: Value, dtype: DType = a.dtype): Value {
  expectSameType(op, a, b);
  return a.graph.add({
    op,
    inputs: [a, b],
    attrs: { T: { type: a.dtype } },
    outputs: [{ dtype, shape: broadcastShape(op, a, b) }],
  }).output;
}

function broadcastShape(op: string, a: Value, b: Value): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, i): Dim => {
    // Shapes are aligned at the last axis; missing leading axes count as 1.
    const of = ({ shape }: Value): Dim => (i < rank - shape.length ? 1 : shape[i - rank + shape.length]);
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

export const pow = (a: Value, b: Value): Value => binary('Pow', a, b);
export const greaterEqual = (a: Value, b: Value): Value => binary('GreaterEqual', a, b, 'bool');
export const equal = (a: Value, b: Value): Value => binary('Equal', a, b, 'bool');

/** Logical and of two bools. */
export function logicalAnd(a: Value, b: Value): Value {
  for (const value of [a, b]) expectType('LogicalAnd', value, 'bool');
  return a.graph.add({ op: 'LogicalAnd', inputs: [a, b], outputs: [a] }).output;
}

/** `a` where `condition` holds, `b` elsewhere; each may be a scalar. */
export function select(condition: Value, a: Value, b: Value): Value {
  expectType('SelectV2', condition, 'bool');
  expectSameType('SelectV2', a, b);
  const shape = [a, b].reduce<Shape>(
    (widest, { shape }) => (shape.length > widest.length ? shape : widest),
    condition.shape,
  );
  for (const value of [condition, a, b]) {
    if (value.shape.length > 0 && !sameShape(value.shape, shape)) {
      a.graph.refuse(
        'SelectV2',
        `takes scalars and ${shapeText(shape)}, but ${value.ref} is ${typeText(value)}`,
      );
    }
  }
  return a.graph.add({
    op: 'SelectV2',
    inputs: [condition, a, b],
    attrs: { T: { type: a.dtype } },
    outputs: [{ dtype: a.dtype, shape }],
  }).output;
}

function unary(op: string, x: Value): Value {
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

export const exp = (x: Value): Value => unary('Exp', x);
simpleRule('Exp', ({ output: y }, dy) => [mul(dy, y)]);

export const log = (x: Value): Value => unary('Log', x);
simpleRule('Log', ({ inputs: [x] }, dy) => [div(dy, x)]);

export const abs = (x: Value): Value => unary('Abs', x);
simpleRule('Abs', ({ inputs: [x] }, dy) => [mul(dy, unary('Sign', x))]);

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

interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/** float32 [n, k] · [k, m] → [n, m]; either factor may be taken transposed. */
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
simpleRule('MatMul', ({ graph, attrs, inputs: [a, b] }, dy) => {
  const { transpose_a, transpose_b } = attrs as Record<string, { bool: boolean }>;
  if (transpose_a.bool || transpose_b.bool)
    graph.refuse('MatMul', 'has a gradient rule for plain factors only');
  return [matMul(dy, b, { b: true }), matMul(a, dy, { a: true })];
});
