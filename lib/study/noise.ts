import { spreadOf } from '../runs/results';

/**
 * The pooled standard deviation of groups of measurements: the square root of the mean variance within groups, weighted
 * by degrees of freedom. A few seeds say little about the spread of one setting or network, but much about that of all
 * of them together.
 * @returns NaN if no group has two measurements
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
 * A difference of two means, in units of the standard deviation that chance alone would give it.
 * @param noise standard deviation of a single run
 * @param counts number of runs in each mean
 */
export function inNoise(difference: number, noise: number, counts: readonly [number, number]): number {
  return difference / (noise * Math.sqrt(1 / counts[0] + 1 / counts[1]));
}

/**
 * The standard deviation of a measured accuracy from one set of test images to another: that of a share of `images`
 * independent draws, √(p(1 − p)/n).
 * @param accuracy the share of the images that are classified correctly
 */
export function samplingError(accuracy: number, images: number): number {
  return Math.sqrt((accuracy * (1 - accuracy)) / images);
}
