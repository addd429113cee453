/** Checks of the inputs of operations. */
import type { Value } from '../graph';
import { isFloat, shapeText, typeText, type DType } from '../types';

export function expectType(op: string, x: Value, dtype: DType): void {
  if (x.dtype !== dtype) x.graph.refuse(op, `takes ${dtype}, but ${x.ref} is ${typeText(x)}`);
}

export function expectFloat(op: string, x: Value): void {
  if (!isFloat(x.dtype)) x.graph.refuse(op, `takes floating point, but ${x.ref} is ${typeText(x)}`);
}

export function expectSameType(op: string, a: Value, b: Value): void {
  if (a.dtype !== b.dtype) {
    a.graph.refuse(op, `takes one type, but ${a.ref} is ${typeText(a)} and ${b.ref} is ${typeText(b)}`);
  }
}

export function expectRank(op: string, x: Value, rank: number): void {
  if (x.shape.length !== rank) {
    x.graph.refuse(op, `takes ${rank} dimensions, but ${x.ref} has the shape ${shapeText(x.shape)}`);
  }
}

/** @returns `axis` counted from 0; a negative one counts from the end */
export function expectAxis(op: string, x: Value, axis: number): number {
  const rank = x.shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return x.graph.refuse(op, `the axis ${axis} is none of ${x.ref}, ${typeText(x)}`);
}

/** @returns different axes, each counted from 0 */
export function expectAxes(op: string, x: Value, axes: readonly number[]): readonly number[] {
  const counted = axes.map((axis) => expectAxis(op, x, axis));
  if (new Set(counted).size < axes.length) x.graph.refuse(op, `the axes ${axes.join(', ')} repeat one`);
  return counted;
}

/** @returns the size of `axis`, which must not be the open one; a negative axis counts from the end */
export function staticDim(op: string, x: Value, axis: number): number {
  const dim = x.shape.at(axis);
  if (typeof dim === 'number') return dim;
  return x.graph.refuse(op, `needs axis ${axis} of ${x.ref} to be known, not ${typeText(x)}`);
}
