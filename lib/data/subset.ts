import { UserError } from '../runtime/errors';
import { takeInputs } from './inputs';
import { Random } from './random';
import { grouped } from './text';
import type { ImageSet } from './types';

/**
 * @param name of the option, for the message
 * @returns how many images to take; all without a limit
 * @throws UserError if the limit is not a whole number from the number of classes to `available`
 */
export function checkLimit(
  name: string,
  limit: number | undefined,
  available: number,
  classCount: number,
): number {
  if (limit === undefined) return available;
  if (Number.isInteger(limit) && limit >= classCount && limit <= available) return limit;
  throw new UserError(
    `${name} is ${limit}; expected a whole number from ${grouped(classCount)} (one image for each class) ` +
      `to ${grouped(available)} (all images).`,
  );
}

/**
 * How many images of each class a stratified subset takes: at least one, and beyond that in proportion to the
 * class sizes, by Webster's method for allotting seats to parties.
 */
function shares(sizes: readonly number[], limit: number): number[] {
  const taken = sizes.map((size) => Math.min(size, 1));
  let total = taken.reduce((sum, n) => sum + n, 0);
  for (; total < limit; total++) {
    let neediest = -1;
    let highest = -1;
    for (const [label, size] of sizes.entries()) {
      const claim = taken[label] < size ? size / (taken[label] + 0.5) : -1;
      if (claim > highest) {
        highest = claim;
        neediest = label;
      }
    }
    taken[neediest]++;
  }
  return taken;
}

/**
 * Chooses a class-balanced subset. The same seed gives the same subset, and of two subsets of one seed the
 * larger contains the smaller.
 * @param labels of all images
 * @param limit how many to choose, checked by `checkLimit`
 * @returns the indices of the chosen images, ascending
 */
export function chooseSubset(
  labels: Uint8Array,
  limit: number,
  classCount: number,
  seed: number,
): Uint32Array {
  const members: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, index) => members[label].push(index));
  const taken = shares(
    members.map((of) => of.length),
    limit,
  );
  const chosen = members.flatMap((of, label) => new Random(seed, label).shuffle(of).slice(0, taken[label]));
  return Uint32Array.from(chosen).sort();
}

/** Copies the images at `indices` into a set of their own, so that the whole can be freed. */
export function takeSubset(set: ImageSet, indices: Uint32Array): ImageSet {
  const size = set.images.length / set.count;
  const images = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  indices.forEach((from, to) => {
    images.set(set.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = set.labels[from];
  });
  const { inputs } = set;
  return { images, labels, count: indices.length, ...(inputs && { inputs: takeInputs(inputs, indices) }) };
}

/** All indices of a set of `count` images, ascending. */
export function allIndices(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
