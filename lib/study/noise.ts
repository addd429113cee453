import { spreadOf } from '../runs/results';

/**
 * The standard deviation that groups of measurements share: the root of their mean variance, weighted by what each
 * knows of it. A handful of seeds says little about one setting or network, and a good deal about all of them.
 * @returns NaN if no group has two
 */
export function pooledSpread(groups: readonly (readonly number[])[]): number {
  let squares = 0;
  let degrees = 0;
  for (const group of groups) {
    if (group.length < 2) continue;
    squares += (group.length - 1) * spreadOf(group).deviation ** 2;
    degrees += group.length - 1;
  }
  return Math.sqrt(squares / degrees);
}

/**
 * A difference of two means in standard deviations of what chance alone would make of it.
 * @param noise standard deviation of a single run
 * @param counts runs behind each of the means
 */
export function inNoise(difference: number, noise: number, counts: readonly [number, number]): number {
  return difference / (noise * Math.sqrt(1 / counts[0] + 1 / counts[1]));
}
