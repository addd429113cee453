/** The bits of numbers, as they lie in memory, taken for numbers of another type. */
import type { Value } from '../graph';
import type { DType, Shape } from '../types';
import { expectType } from './check';

/** The four bytes of each number, as they lie in memory. float32 or int32 [...] → uint8 [..., 4] */
export function bytesOf(x: Value): Value {
  if (x.dtype !== 'int32') expectType('Bitcast', x, 'float32');
  return bitcast(x, 'uint8', [...x.shape, 4]);
}

/** The bits of float64 numbers as pairs of float32, which tfjs has. float64 [...] → float32 [..., 2] */
export function pairsOf(x: Value): Value {
  expectType('Bitcast', x, 'float64');
  return bitcast(x, 'float32', [...x.shape, 2]);
}

/** The two halves of each number's bits, as they lie in memory. int32 [...] → int16 [..., 2] */
export function halvesOf(x: Value): Value {
  expectType('Bitcast', x, 'int32');
  return bitcast(x, 'int16', [...x.shape, 2]);
}

/** The numbers whose bits these are. int32 → float32 of the same shape */
export function floatsOf(bits: Value): Value {
  expectType('Bitcast', bits, 'int32');
  return bitcast(bits, 'float32', bits.shape);
}

/** The bits of each number; the inverse of `floatsOf`. float32 → int32 of the same shape */
export function intsOf(numbers: Value): Value {
  expectType('Bitcast', numbers, 'float32');
  return bitcast(numbers, 'int32', numbers.shape);
}

function bitcast(x: Value, type: DType, shape: Shape): Value {
  return x.graph.add({
    op: 'Bitcast',
    inputs: [x],
    attrs: { T: { type: x.dtype }, type: { type } },
    outputs: [{ dtype: type, shape }],
  }).output;
}
