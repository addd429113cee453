/** Constants, and placeholders that are fed when the graph runs. */
import type { Graph, Value } from '../graph';
import { sizeOf, type ConstantData, type DType, type Shape } from '../types';

/** @returns int32 vector, as operations take their sizes, axes and paddings */
export function ints(graph: Graph, values: readonly number[]): Value {
  return constant(graph, { dtype: 'int32', shape: [values.length], values });
}

export function constant(graph: Graph, data: ConstantData): Value {
  if (sizeOf(data.shape) !== data.values.length) {
    graph.refuse('Const', `${data.values.length} values for the shape [${data.shape.join(', ')}]`);
  }
  const { dtype, shape } = data;
  return graph.add({
    op: 'Const',
    attrs: { dtype: { type: dtype }, value: { tensor: data } },
    outputs: [{ dtype, shape }],
  }).output;
}

/** A value that is fed at each run. */
export function placeholder(graph: Graph, name: string, dtype: DType, shape: Shape): Value {
  return graph.add({
    op: 'Placeholder',
    name,
    attrs: { dtype: { type: dtype }, shape: { shape } },
    outputs: [{ dtype, shape }],
  }).output;
}

/** The numbers of a value made by `constant`; gradient rules need them for axes and sizes. */
export function constantOf({ node }: Value): readonly number[] {
  const value = node.attrs['value'] as { tensor: ConstantData } | undefined;
  return value?.tensor.values ?? node.graph.refuse(node.op, `${node.name} is no constant`);
}
