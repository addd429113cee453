import type { PixelScale } from '../../../pack';
import type { Pixels } from '../types';

/** Mean and deviation of each channel over all pixels of the pictures. */
export function scaleOf(pictures: readonly Pixels[]): PixelScale {
  const { channels } = pictures[0];
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let count = 0;
  for (const { values } of pictures) {
    for (let i = 0; i < values.length; i++) {
      sums[i % channels] += values[i];
      squares[i % channels] += values[i] ** 2;
    }
    count += values.length / channels;
  }
  const mean = Array.from(sums, (sum) => sum / count);
  const deviation = Array.from(squares, (square, c) => Math.sqrt(square / count - mean[c] ** 2));
  // Pictures of one colour have nothing to divide by.
  return { mean, deviation: deviation.map((each) => (each > 1e-6 ? each : 1)) };
}
