/** Products of many matrices at once, and the gradient that all products of matrices share. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { sameShape, shapeText } from '../types';
import { expectFloat, expectSameType } from './check';

/** Which factors are taken transposed. */
export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/** One product for each index of the leading axes. float [..., n, k] · [..., k, m] → [..., n, m] */
export function batchMatMul(a: Value, b: Value, transposed: Transposed = {}): Value {
  const op = 'BatchMatMulV2';
  expectFloat(op, a);
  expectSameType(op, a, b);
  const [first, second] = [a, b].map(({ shape }) => ({ lead: shape.slice(0, -2), matrix: shape.slice(-2) }));
  const [rows, inner] = transposed.a ? [...first.matrix].reverse() : first.matrix;
  const [other, columns] = transposed.b ? [...second.matrix].reverse() : second.matrix;
  const matrices = first.matrix.length === 2 && second.matrix.length === 2;
  if (!matrices || inner !== other || !sameShape(first.lead, second.lead)) {
    a.graph.refuse(op, `${shapeText(a.shape)} and ${shapeText(b.shape)} do not multiply`);
  }
  return a.graph.add({
    op,
    inputs: [a, b],
    attrs: {
      T: { type: a.dtype },
      adj_x: { bool: transposed.a ?? false },
      adj_y: { bool: transposed.b ?? false },
    },
    outputs: [{ dtype: a.dtype, shape: [...first.lead, rows, columns] }],
  }).output;
}
simpleRule('BatchMatMulV2', ({ attrs, inputs: [a, b] }, dy) => {
  const { adj_x, adj_y } = attrs as Record<string, { bool: boolean }>;
  return productGradients(batchMatMul, a, b, dy, { a: adj_x.bool, b: adj_y.bool });
});

/** For y = a·b, da = dy·bᵀ and db = aᵀ·dy; a factor that was taken transposed has the transposed gradient. */
export function productGradients(
  multiply: typeof batchMatMul,
  a: Value,
  b: Value,
  dy: Value,
  transposed: Required<Transposed>,
): [Value, Value] {
  return [
    transposed.a ? multiply(b, dy, { a: transposed.b, b: true }) : multiply(dy, b, { b: !transposed.b }),
    transposed.b ? multiply(dy, a, { a: true, b: transposed.a }) : multiply(a, dy, { a: !transposed.a }),
  ];
}
