/** Shapes, and operations that move values without arithmetic. */
import { gradientRule, simpleRule } from '../gradient-rules';
import type { Node, Value } from '../graph';
import { isStatic, sameShape, shapeText, sizeOf, typeText, type Dim, type Shape } from '../types';
import { cast, scalar } from './cast';
import { expectAxis, expectRank, expectSameType, expectType, staticDim } from './check';
import { constant, constantOf, ints } from './constant';

/** @returns int32 vector: the sizes of `x`; a constant if all are known */
export function shapeOf(x: Value): Value {
  if (isStatic(x.shape)) return ints(x.graph, x.shape);
  return x.graph.add({
    op: 'Shape',
    inputs: [x],
    attrs: { T: { type: x.dtype }, out_type: { type: 'int32' } },
    outputs: [{ dtype: 'int32', shape: [x.shape.length] }],
  }).output;
}

/** @returns int32 vector: the sizes of `shape`; an open one is the batch size of `x`, its first */
export function sizesFor(x: Value, shape: Shape): Value {
  if (isStatic(shape)) return ints(x.graph, shape);
  const batch = (): Value => reshape(slice(shapeOf(x), [0], [1]), []);
  return pack(shape.map((dim) => (dim === null ? batch() : scalar(x.graph, dim, 'int32'))));
}

/** @returns float32 scalar: the number of elements of `x` */
export function elementCount(x: Value): Value {
  const size = sizeOf(x.shape);
  if (size !== null) return constant(x.graph, { dtype: 'float32', shape: [], values: [size] });
  const count = x.graph.add({
    op: 'Size',
    inputs: [x],
    attrs: { T: { type: x.dtype }, out_type: { type: 'int32' } },
    outputs: [{ dtype: 'int32', shape: [] }],
  }).output;
  return cast(count, 'float32');
}

/** @param after nodes that must run before the value is passed on */
export function identity(x: Value, name?: string, after: readonly Node[] = []): Value {
  return x.graph.add({
    op: 'Identity',
    name,
    inputs: [x],
    attrs: { T: { type: x.dtype } },
    control: after,
    outputs: [x],
  }).output;
}
simpleRule('Identity', (_node, dy) => [dy]);

/** `x`, which `cancelled` is known to leave as it is: its gradient is zero, and nothing has to be computed for it. */
export function withoutEffectOf(cancelled: Value, x: Value): Value {
  return x.graph.add({
    op: 'Identity',
    inputs: [x],
    attrs: { T: { type: x.dtype } },
    outputs: [x],
    gradient: { inputs: [x, cancelled], rule: (dy) => [dy, zerosLike(cancelled)] },
  }).output;
}

/** @param shape at most one size may be open; it follows from the others */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const known = (of: Shape): number => of.reduce<number>((size, dim) => size * (dim ?? 1), 1);
  const open = (of: Shape): number => of.filter((dim) => dim === null).length;
  const [from, to] = [known(x.shape), known(shape)];
  // With an open size, one product must divide the other.
  const fits = open(x.shape) === 0 && open(shape) === 0 ? from === to : from % to === 0 || to % from === 0;
  if (open(shape) > 1 || !fits) {
    x.graph.refuse('Reshape', `${x.ref}, ${typeText(x)}, does not fit ${shapeText(shape)}`);
  }
  const sizes = shape.map((dim) => dim ?? -1);
  return reshapeTo(x, ints(x.graph, sizes), shape);
}

function reshapeTo(x: Value, sizes: Value, shape: Shape): Value {
  return x.graph.add({
    op: 'Reshape',
    inputs: [x, sizes],
    attrs: { T: { type: x.dtype }, Tshape: { type: 'int32' } },
    outputs: [{ dtype: x.dtype, shape }],
  }).output;
}
simpleRule('Reshape', ({ inputs: [x] }, dy) => [reshapeTo(dy, shapeOf(x), x.shape)]);

export function concat(values: readonly Value[], axis: number): Value {
  const [first, ...others] = values;
  const rank = first.shape.length;
  const along = axis < 0 ? axis + rank : axis;
  for (const other of others) {
    expectSameType('ConcatV2', first, other);
    expectRank('ConcatV2', other, rank);
    if (!other.shape.every((dim, i) => i === along || dim === first.shape[i])) {
      const shapes = values.map((value) => shapeText(value.shape)).join(', ');
      first.graph.refuse('ConcatV2', `shapes may differ on axis ${along} alone: ${shapes}`);
    }
  }
  const joined = values.reduce<Dim>((sum, { shape }) => {
    const dim = shape[along];
    return sum === null || dim === null ? null : sum + dim;
  }, 0);
  return first.graph.add({
    op: 'ConcatV2',
    inputs: [...values, scalar(first.graph, along, 'int32')],
    attrs: {
      N: { int: values.length },
      T: { type: first.dtype },
      Tidx: { type: 'int32' },
    },
    outputs: [{ dtype: first.dtype, shape: first.shape.map((dim, i) => (i === along ? joined : dim)) }],
  }).output;
}
simpleRule('ConcatV2', (node, dy) => {
  const values = node.inputs.slice(0, -1);
  const [along] = constantOf(node.inputs[node.inputs.length - 1]);
  const lengths = values.map((value) => staticDim('ConcatV2', value, along));
  return split(dy, lengths, along);
});

/** Zeros in the type and shape of `x`. */
export function zerosLike(x: Value): Value {
  return x.graph.add({ op: 'ZerosLike', inputs: [x], attrs: { T: { type: x.dtype } }, outputs: [x] }).output;
}

/** Ones in the type and shape of `x`. */
export function onesLike(x: Value): Value {
  return x.graph.add({ op: 'OnesLike', inputs: [x], attrs: { T: { type: x.dtype } }, outputs: [x] }).output;
}

/** Cuts `x` along `axis` (counted from 0) into pieces of the given lengths; the inverse of `concat`. */
export function split(x: Value, lengths: readonly number[], axis: number): readonly Value[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== staticDim('SplitV', x, axis)) {
    x.graph.refuse(
      'SplitV',
      `stretches of ${total} in all do not fit axis ${axis} of ${x.ref}, ${typeText(x)}`,
    );
  }
  const { graph } = x;
  return graph.add({
    op: 'SplitV',
    inputs: [x, ints(graph, lengths), scalar(graph, axis, 'int32')],
    attrs: { T: { type: x.dtype }, Tlen: { type: 'int32' }, num_split: { int: lengths.length } },
    outputs: lengths.map((length) => ({
      dtype: x.dtype,
      shape: x.shape.map((dim, i) => (i === axis ? length : dim)),
    })),
  }).outputs;
}
gradientRule('SplitV', (node, gradients) => {
  const parts = gradients.map((gradient, i) => gradient ?? zerosLike(node.outputs[i]));
  const [axis] = constantOf(node.inputs[2]);
  return [concat(parts, axis)];
});

/**
 * A part of `x`. [...] → size
 * @param begin where it begins along each axis
 * @param size its length along each axis; null for the whole of the open one
 */
export function slice(x: Value, begin: readonly number[], size: Shape): Value {
  const { graph } = x;
  expectRank('Slice', x, begin.length);
  expectRank('Slice', x, size.length);
  size.forEach((length, axis) => {
    const [dim, from] = [x.shape[axis], begin[axis]];
    const fits =
      length === null ? dim === null && from === 0 : from >= 0 && from + length <= (dim ?? Infinity);
    if (!fits) {
      graph.refuse(
        'Slice',
        `${length ?? 'all'} from ${from} on do not fit axis ${axis} of ${x.ref}, ${typeText(x)}`,
      );
    }
  });
  return graph.add({
    op: 'Slice',
    inputs: [
      x,
      ints(graph, begin),
      ints(
        graph,
        size.map((dim) => dim ?? -1),
      ),
    ],
    attrs: { T: { type: x.dtype }, Index: { type: 'int32' } },
    outputs: [{ dtype: x.dtype, shape: size }],
  }).output;
}
simpleRule('Slice', ({ inputs: [x, begin], output: y }, dy) => {
  const starts = constantOf(begin);
  const around = y.shape.map((length, axis): [number, number] => {
    if (length === null) return [0, 0];
    return [starts[axis], staticDim('Slice', x, axis) - starts[axis] - length];
  });
  return [pad(dy, around)];
});

/** Puts zeros around `x`. @param paddings for each axis, the number before and after */
export function pad(x: Value, paddings: readonly (readonly [number, number])[]): Value {
  expectRank('Pad', x, paddings.length);
  const { graph } = x;
  return graph.add({
    op: 'Pad',
    inputs: [x, constant(graph, { dtype: 'int32', shape: [paddings.length, 2], values: paddings.flat() })],
    attrs: {
      T: { type: x.dtype },
      Tpaddings: { type: 'int32' },
    },
    outputs: [
      { dtype: x.dtype, shape: x.shape.map((dim, i) => dim && dim + paddings[i][0] + paddings[i][1]) },
    ],
  }).output;
}
simpleRule('Pad', ({ inputs: [x, paddings] }, dy) => {
  const values = constantOf(paddings);
  const before = x.shape.map((_, axis) => values[axis * 2]);
  return [slice(dy, before, x.shape)];
});

/** Scalars, or values of one shape, side by side along a new axis. n values [...] → [..., n, ...] */
export function pack(values: readonly Value[], axis = 0): Value {
  const [first, ...others] = values;
  for (const other of others) {
    expectSameType('Pack', first, other);
    if (!sameShape(first.shape, other.shape)) {
      first.graph.refuse(
        'Pack',
        `takes one shape, not ${shapeText(first.shape)} and ${shapeText(other.shape)}`,
      );
    }
  }
  const rank = first.shape.length;
  const along = axis < 0 ? axis + rank + 1 : axis;
  if (along < 0 || along > rank)
    first.graph.refuse('Pack', `${shapeText(first.shape)} has no place for axis ${axis}`);
  const shape = [...first.shape.slice(0, along), values.length, ...first.shape.slice(along)];
  return first.graph.add({
    op: 'Pack',
    inputs: values,
    attrs: { N: { int: values.length }, T: { type: first.dtype }, axis: { int: along } },
    outputs: [{ dtype: first.dtype, shape }],
  }).output;
}
simpleRule('Pack', ({ attrs }, dy) => unpack(dy, (attrs['axis'] as { int: number }).int));

/** The inverse of `pack`. [..., n, ...] → n values [...] */
export function unpack(x: Value, axis = 0): readonly Value[] {
  const along = expectAxis('Unpack', x, axis);
  const count = staticDim('Unpack', x, along);
  const shape = x.shape.filter((_, i) => i !== along);
  return x.graph.add({
    op: 'Unpack',
    inputs: [x],
    attrs: { num: { int: count }, T: { type: x.dtype }, axis: { int: along } },
    outputs: Array.from({ length: count }, () => ({ dtype: x.dtype, shape })),
  }).outputs;
}
gradientRule('Unpack', ({ attrs, outputs }, gradients) => {
  const parts = gradients.map((gradient, i) => gradient ?? zerosLike(outputs[i]));
  return [pack(parts, (attrs['axis'] as { int: number }).int)];
});

/** int32 [...] → float32 [..., depth]: one at the index, zero elsewhere. */
export function oneHot(indices: Value, depth: number): Value {
  expectType('OneHot', indices, 'int32');
  const { graph } = indices;
  return graph.add({
    op: 'OneHot',
    inputs: [indices, scalar(graph, depth, 'int32'), scalar(graph, 1), scalar(graph, 0)],
    attrs: { T: { type: 'float32' }, TI: { type: 'int32' }, axis: { int: -1 } },
    outputs: [{ dtype: 'float32', shape: [...indices.shape, depth] }],
  }).output;
}
