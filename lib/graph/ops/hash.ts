/** Bits of whole numbers. All in uint64, which a GPU has in its own memory, as it has not int32. */
import type { Graph, Value } from '../graph';
import { cast } from './cast';
import { expectType } from './check';
import { constant } from './constant';
import { binary, mul } from './math';

/** @returns uint64 scalar */
export function word(graph: Graph, value: number): Value {
  return constant(graph, { dtype: 'uint64', shape: [], values: [value] });
}

export const bitAnd = (a: Value, b: Value): Value => bits('BitwiseAnd', a, b);
export const bitXor = (a: Value, b: Value): Value => bits('BitwiseXor', a, b);

function bits(op: string, a: Value, b: Value): Value {
  expectType(op, a, 'uint64');
  return binary(op, a, b);
}

/**
 * Mixes the bits of each number until every bit of the result depends on every bit of it: `lowbias32` of C. Wellons's
 * hash prospector (https://nullprogram.com/blog/2018/07/31/). Each 32-bit number has a result of its own.
 * @param x int32, at least 0
 * @param key from 0 to 2³² − 1; another gives other results
 * @returns uint64 of the same shape, below 2³²
 */
export function hashed(x: Value, key: number): Value {
  expectType('Cast', x, 'int32');
  const number = (value: number): Value => word(x.graph, value);
  const folded = (value: Value, by: number): Value => bitXor(value, binary('RightShift', value, number(by)));
  // Below 2³² · 2³², so nothing is lost before the upper half is cut off.
  const times = (value: Value, factor: number): Value =>
    bitAnd(mul(value, number(factor)), number(0xffffffff));
  const start = bitXor(cast(x, 'uint64'), number(key));
  return folded(times(folded(times(folded(start, 16), 0x7feb352d), 15), 0x846ca68b), 16);
}
