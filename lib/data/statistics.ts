import { allIndices } from './subset';
import type { ImageSet } from './types';

export interface ChannelStatistics {
  /** One value for each channel, of pixel values scaled to 0 to 1. */
  readonly mean: readonly number[];
  /** Standard deviation over all pixels of all images, one value for each channel, on the same scale. */
  readonly deviation: readonly number[];
}

/**
 * Mean and deviation of each channel. Exact, since the sums are integers below 2^53.
 * @param imageShape [height, width, channels]
 * @param indices which images. Defaults to all
 */
export function channelStatistics(
  set: ImageSet,
  imageShape: readonly [number, number, number],
  indices: Uint32Array = allIndices(set.count),
): ChannelStatistics {
  const channels = imageShape[2];
  const size = imageShape[0] * imageShape[1] * channels;
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (const index of indices) {
    for (let i = index * size; i < (index + 1) * size; i += channels) {
      for (let c = 0; c < channels; c++) {
        const value = set.images[i + c];
        sums[c] += value;
        squares[c] += value * value;
      }
    }
  }
  const pixels = (indices.length * size) / channels;
  const mean = sums.map((sum) => sum / pixels);
  return {
    mean: mean.map((value) => value / 255),
    deviation: squares.map((square, c) => Math.sqrt(square / pixels - mean[c] ** 2) / 255),
  };
}

/**
 * The mean image of each class: every pixel is the mean of that pixel over the class's images.
 * @returns [height, width, channels] for each class, 0 to 255; black where a class has no images
 */
export function meanImages(
  set: ImageSet,
  imageShape: readonly [number, number, number],
  classes: number,
): Uint8Array[] {
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const sums = Array.from({ length: classes }, () => new Float64Array(size));
  const counts = classCounts(set, classes);
  for (let i = 0; i < set.count; i++) {
    const sum = sums[set.labels[i]];
    for (let p = 0; p < size; p++) sum[p] += set.images[i * size + p];
  }
  return sums.map((sum, c) => Uint8Array.from(sum, (value) => Math.round(value / Math.max(1, counts[c]))));
}

/** How many images each class has. */
export function classCounts(set: ImageSet, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of set.labels) counts[label]++;
  return counts;
}

/** Positions of the first `count` images of each class, class by class. */
export function firstOfEach(set: ImageSet, classes: number, count: number): number[] {
  const found: number[][] = Array.from({ length: classes }, () => []);
  set.labels.forEach((label, i) => {
    if (found[label].length < count) found[label].push(i);
  });
  return found.flat();
}
