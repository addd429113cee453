/** How long a run will still take, estimated from the previous run. */
import type { Progress } from './run';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * @param before times of the cells in the previous run, in seconds
 * @param inCell seconds the running cell has taken so far
 * @returns seconds; undefined if the previous run had a different number of cells
 */
export function secondsLeft(
  { cell, cells }: Pick<Progress, 'cell' | 'cells'>,
  before: readonly number[],
  inCell: number,
): number | undefined {
  if (before.length === 0) return undefined;
  if (cells === 0) return sum(before);
  if (before.length !== cells) return undefined;
  return Math.max(0, before[cell] - inCell) + sum(before.slice(cell + 1));
}

/** Seconds left for a whole batch with `jobs` runs at a time; undefined if unknown for one of the runs. */
export function batchSecondsLeft(left: readonly (number | undefined)[], jobs: number): number | undefined {
  const known = left.filter((seconds): seconds is number => seconds !== undefined);
  if (known.length < left.length || known.length === 0) return undefined;
  return Math.max(sum(known) / jobs, ...known);
}
