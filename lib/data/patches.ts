import { symmetricEigen } from './symmetric-eigen';
import type { ImageSet } from './types';

export interface PatchOptions {
  /** Side of a patch, in pixels. */
  readonly side: number;
  /** Of the channels, in units of 1; pixels are standardised by them first, unless it is null. */
  readonly normalisation: { readonly mean: readonly number[]; readonly deviation: readonly number[] } | null;
  /** The images to take patches from. */
  readonly indices: Uint32Array;
}

/**
 * The products of any two values of a patch, averaged over all patches of all images: the covariance about 0, not about
 * the mean.
 * @param imageShape [height, width, channels]
 * @returns [n, n] with n = side · side · channels, values in the order of a patch's rows, columns and channels
 */
export function patchCovariance(
  { images }: Pick<ImageSet, 'images'>,
  [height, width, channels]: readonly [number, number, number],
  { side, normalisation, indices }: PatchOptions,
): number[][] {
  const size = side * side * channels;
  const scaled = scaledBytes(channels, normalisation);
  // Where in an image the values of its first patch are.
  const offsets = Array.from({ length: size }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return (Math.floor(pixel / side) * width + (pixel % side)) * channels + channel;
  });
  const sums = new Float64Array(size * size);
  const patch = new Float64Array(size);
  for (const index of indices) {
    const image = index * height * width * channels;
    for (let row = 0; row <= height - side; row++) {
      for (let column = 0; column <= width - side; column++) {
        const start = image + (row * width + column) * channels;
        for (let i = 0; i < size; i++) patch[i] = scaled[i % channels][images[start + offsets[i]]];
        for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) sums[i * size + j] += patch[i] * patch[j];
      }
    }
  }
  const patches = indices.length * (height - side + 1) * (width - side + 1);
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => sums[Math.max(i, j) * size + Math.min(i, j)] / patches),
  );
}

/** What each byte of each channel stands for. */
function scaledBytes(channels: number, normalisation: PatchOptions['normalisation']): Float64Array[] {
  return Array.from({ length: channels }, (_, c) =>
    Float64Array.from({ length: 256 }, (__, byte) => {
      if (!normalisation) return byte / 255;
      return (byte / 255 - normalisation.mean[c]) / normalisation.deviation[c];
    }),
  );
}

/**
 * Filters whose outputs are independent of each other to second order, with a mean square of 1: the eigenvectors of the
 * covariance, each divided by √(eigenvalue + epsilon), the strongest first.
 */
export function whiteningFilters(covariance: readonly (readonly number[])[], epsilon: number): number[][] {
  const { vectors, values } = symmetricEigen(covariance);
  return vectors.map((vector, i) => {
    const length = Math.sqrt(Math.max(0, values[i]) + epsilon);
    return vector.map((value) => value / length);
  });
}
