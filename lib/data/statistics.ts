import type { ImageSet } from './types';

export interface ChannelStatistics {
  /** One value a channel, of pixel values scaled to 0 to 1. */
  readonly mean: readonly number[];
  /** Standard deviation over all pixels of all images, one value a channel, on the same scale. */
  readonly deviation: readonly number[];
}

/** Mean and deviation of each channel. The sums are of integers below 2^53, so exact. */
export function channelStatistics(
  set: ImageSet,
  imageShape: readonly [number, number, number],
): ChannelStatistics {
  const channels = imageShape[2];
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let i = 0; i < set.images.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = set.images[i + c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const pixels = set.images.length / channels;
  const mean = sums.map((sum) => sum / pixels);
  return {
    mean: mean.map((value) => value / 255),
    deviation: squares.map((square, c) => Math.sqrt(square / pixels - mean[c] ** 2) / 255),
  };
}
