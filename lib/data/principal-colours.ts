import type { Random } from './random';
import { symmetricEigen } from './symmetric-eigen';
import type { ImageSet } from './types';

/** The directions in which the pixels of a set vary in red, green and blue, strongest first. */
export interface PrincipalColours {
  /** Unit vectors of red, green and blue, at right angles to each other. */
  readonly directions: readonly (readonly number[])[];
  /** Variance of the pixels along each, in units of 1 (bytes are divided by 255). */
  readonly variances: readonly number[];
}

/**
 * Principal components of all pixels of a set, by the eigenvectors of their 3×3 covariance matrix (Krizhevsky,
 * Sutskever & Hinton 2012, section 4.1).
 * @param set with three channels
 */
export function principalColours(set: ImageSet): PrincipalColours {
  const { vectors, values } = symmetricEigen(colourCovariance(set));
  return { directions: vectors, variances: values.map((value) => Math.max(0, value)) };
}

/**
 * How AlexNet's augmentation shifts the colours of one image: along each principal direction by its variance times a
 * number drawn from a normal distribution, the same shift for all pixels.
 * @param deviation of the normal distribution; the paper's is 0.1
 * @returns what to add to red, green and blue, in units of 1
 */
export function drawColourShift(
  { directions, variances }: PrincipalColours,
  random: Random,
  deviation = 0.1,
): number[] {
  const steps = variances.map((variance) => variance * deviation * normal(random));
  return [0, 1, 2].map((c) => directions.reduce((sum, direction, i) => sum + direction[c] * steps[i], 0));
}

/** The pixels with `shift` added to each, kept between 0 and 255. */
export function shiftColours(pixels: Uint8Array, shift: readonly number[]): Uint8Array {
  return pixels.map((byte, i) => Math.min(255, Math.max(0, Math.round(byte + 255 * shift[i % 3]))));
}

function colourCovariance({ images }: ImageSet): number[][] {
  const sums = [0, 0, 0];
  const products = [0, 1, 2].map(() => [0, 0, 0]);
  for (let i = 0; i < images.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      sums[a] += images[i + a];
      for (let b = 0; b <= a; b++) products[a][b] += images[i + a] * images[i + b];
    }
  }
  const pixels = images.length / 3;
  const entry = (a: number, b: number): number =>
    (products[Math.max(a, b)][Math.min(a, b)] / pixels - (sums[a] / pixels) * (sums[b] / pixels)) / 255 ** 2;
  return [0, 1, 2].map((a) => [0, 1, 2].map((b) => entry(a, b)));
}

/** From a normal distribution of mean 0 and deviation 1 (Box & Muller 1958). */
function normal(random: Random): number {
  // 1 − u is never 0, and 0 has no logarithm.
  const radius = Math.sqrt(-2 * Math.log(1 - random.between(0, 1)));
  return radius * Math.cos(random.between(0, 2 * Math.PI));
}
