/** Type conversions, and constants of a given type. */
import { simpleRule } from '../gradient-rules';
import type { Graph, Value } from '../graph';
import { isFloat, type DType } from '../types';
import { constant } from './constant';

/** Converts between numeric types; from float to integer, fractions are dropped. */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return x.graph.add({
    op: 'Cast',
    inputs: [x],
    attrs: { SrcT: { type: x.dtype }, DstT: { type: dtype } },
    outputs: [{ dtype, shape: x.shape }],
  }).output;
}
simpleRule('Cast', ({ inputs: [x] }, dy) => [isFloat(x.dtype) ? cast(dy, x.dtype) : undefined]);

/** @returns a scalar; defaults to float32 */
export function scalar(graph: Graph, value: number, dtype: DType = 'float32'): Value {
  if (dtype === 'int32') return constant(graph, { dtype, shape: [], values: [value] });
  return cast(constant(graph, { dtype: 'float32', shape: [], values: [value] }), dtype);
}

/** @returns a scalar of the type of `x` */
export function like(x: Value, value: number): Value {
  return scalar(x.graph, value, x.dtype);
}
