/** Operations that arrange the values of one input anew. */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { typeText } from '../types';
import { reshape } from './array';
import { sum } from './broadcast';
import { scalar } from './cast';
import { expectAxes, expectAxis, expectRank } from './check';
import { constantOf, ints } from './constant';

/**
 * The axes in another order: axis i of the result is axis `order[i]` of `x`.
 * @param order defaults to the axes in reverse
 */
export function transpose(x: Value, order: readonly number[] = x.shape.map((_, i) => -1 - i)): Value {
  expectRank('Transpose', x, order.length);
  const axes = expectAxes('Transpose', x, order);
  return x.graph.add({
    op: 'Transpose',
    inputs: [x, ints(x.graph, axes)],
    attrs: { T: { type: x.dtype }, Tperm: { type: 'int32' } },
    outputs: [{ dtype: x.dtype, shape: axes.map((axis) => x.shape[axis]) }],
  }).output;
}
simpleRule('Transpose', ({ inputs: [, order] }, dy) => {
  const axes = constantOf(order);
  return [
    transpose(
      dy,
      axes.map((_, i) => axes.indexOf(i)),
    ),
  ];
});

/** Repeats `x` as a whole along each axis. [d, ...] → [d · times, ...] @param times one number for each axis */
export function tile(x: Value, times: readonly number[]): Value {
  expectRank('Tile', x, times.length);
  const shape = x.shape.map((dim, axis) => {
    const count = times[axis];
    const known = Number.isInteger(count) && count > 0 && (dim !== null || count === 1);
    return known
      ? dim && dim * count
      : x.graph.refuse('Tile', `cannot repeat axis ${axis} of ${x.ref} ${count} times`);
  });
  return x.graph.add({
    op: 'Tile',
    inputs: [x, ints(x.graph, times)],
    attrs: { T: { type: x.dtype }, Tmultiples: { type: 'int32' } },
    outputs: [{ dtype: x.dtype, shape }],
  }).output;
}
simpleRule('Tile', ({ inputs: [x, times] }, dy) => {
  // Each axis as copies × values; the sum goes over the copies.
  const counts = constantOf(times);
  const apart = x.shape.flatMap((dim, axis) => [counts[axis], dim]);
  return [
    sum(
      reshape(dy, apart),
      x.shape.map((_, axis) => 2 * axis),
    ),
  ];
});

/** Puts an axis of size 1 at `axis` of the result. [...] → [..., 1, ...] */
export function expandDims(x: Value, axis: number): Value {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  if (!(at >= 0 && at <= x.shape.length))
    x.graph.refuse('ExpandDims', `${x.ref}, ${typeText(x)}, has no place for axis ${axis}`);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Takes out axes of size 1. @param axes negative ones count from the end; defaults to all of size 1 */
export function squeeze(x: Value, axes?: readonly number[]): Value {
  const gone = axes
    ? expectAxes('Squeeze', x, axes)
    : x.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  for (const axis of gone) {
    if (x.shape[axis] !== 1)
      x.graph.refuse(
        'Squeeze',
        `axis ${axis} of ${x.ref} has the size ${String(x.shape[axis] ?? '?')}, not 1`,
      );
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !gone.includes(axis)),
  );
}

/** Which values count. */
export interface Cumsum {
  /** Each sum leaves out the value at its own place. Defaults to false. */
  readonly exclusive?: boolean;
  /** From the end. Defaults to false. */
  readonly reverse?: boolean;
}

/** Running sums along `axis`. number [...] → [...] */
export function cumsum(x: Value, axis: number, { exclusive = false, reverse = false }: Cumsum = {}): Value {
  const { graph } = x;
  const along = expectAxis('Cumsum', x, axis);
  return graph.add({
    op: 'Cumsum',
    inputs: [x, scalar(graph, along, 'int32')],
    attrs: {
      T: { type: x.dtype },
      Tidx: { type: 'int32' },
      exclusive: { bool: exclusive },
      reverse: { bool: reverse },
    },
    outputs: [x],
  }).output;
}
simpleRule('Cumsum', ({ attrs, inputs: [, along] }, dy) => {
  const { exclusive, reverse } = attrs as Record<string, { bool: boolean }>;
  const [axis] = constantOf(along);
  return [cumsum(dy, axis, { exclusive: exclusive.bool, reverse: !reverse.bool })];
});
