/** Slices picked by index. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { sizeOf, type Shape } from '../types';
import { oneHot, reshape, shapeOf, slice } from './array';
import { batchMatMul } from './batch-mat-mul';
import { cast, scalar } from './cast';
import { expectRank, expectType } from './check';

/** The slices of `x` along its first axis at `indices`. x [n, ...], int32 [...] → [...indices, ...] */
export function gather(x: Value, indices: Value): Value {
  expectType('GatherV2', indices, 'int32');
  return gatherV2(x, indices, 0, [...indices.shape, ...x.shape.slice(1)]);
}

/** For each row of both, the slices of `x` at `indices`. x [b, n, ...], int32 [b, m] → [b, m, ...] */
export function gatherRows(x: Value, indices: Value): Value {
  expectType('GatherV2', indices, 'int32');
  expectRank('GatherV2', indices, 2);
  return gatherV2(x, indices, 1, [...indices.shape, ...x.shape.slice(2)]);
}

function gatherV2(x: Value, indices: Value, axis: number, shape: Shape): Value {
  return x.graph.add({
    op: 'GatherV2',
    inputs: [x, indices, scalar(x.graph, axis, 'int32')],
    attrs: {
      Tparams: { type: x.dtype },
      Tindices: { type: 'int32' },
      Taxis: { type: 'int32' },
      batch_dims: { int: axis },
    },
    outputs: [{ dtype: x.dtype, shape }],
  }).output;
}
simpleRule('GatherV2', ({ attrs, inputs: [x, indices] }, dy) => {
  const batched = (attrs['batch_dims'] as { int: number }).int === 1;
  // Sums of many small terms: in float32, whatever the type.
  const exact = cast(dy, 'float32');
  const back = batched ? scatterRows(exact, indices, x.shape) : scatter(exact, indices, x);
  return [cast(back, x.dtype)];
});

/** Adds each slice of `dy` to the row of zeros that its index names; several may name one row. */
function scatter(dy: Value, indices: Value, x: Value): Value {
  const { graph } = x;
  const [count, ...rest] = x.shape;
  const rows = sizeOf(indices.shape);
  const total = count === null ? reshape(slice(shapeOf(x), [0], [1]), []) : scalar(graph, count, 'int32');
  return graph.add({
    op: 'UnsortedSegmentSum',
    inputs: [reshape(dy, [rows, ...rest]), reshape(indices, [rows]), total],
    attrs: { T: { type: dy.dtype }, Tindices: { type: 'int32' }, Tnumsegments: { type: 'int32' } },
    outputs: [{ dtype: dy.dtype, shape: x.shape }],
  }).output;
}

/** The same for each row of `indices` by itself: one product of matrices, which a GPU sums in a fixed order. */
function scatterRows(dy: Value, indices: Value, shape: Shape): Value {
  const [rows, count, ...rest] = shape;
  const size = sizeOf(rest);
  if (count === null || size === null)
    return dy.graph.refuse('GatherV2', 'has a gradient for known sizes only');
  const picked = oneHot(indices, count);
  const flat = reshape(dy, [rows, indices.shape[1], size]);
  return reshape(batchMatMul(picked, flat, { a: true }), shape);
}
