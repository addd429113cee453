import { Network } from '../network/network';
import type { Pixels } from '../types';
import type { Occlusion, OcclusionSweep, Patch } from './types';

/** What a patch is filled with, on the scale from 0 to 1. */
const grey = 0.5;

/** A batch takes about this long, in milliseconds, so that a drag stays smooth while a map is being measured. */
const budget = 60;

export const occlusion: Occlusion = {
  cover: (_network, image, patch) => covered(image, patch),

  async under(network, image, patch) {
    const [probabilities] = await Network.of(network).probabilitiesOf([covered(image, patch)]);
    return probabilities;
  },

  sweep(network, image, classIndex, { size, stride }) {
    const patches = coarseFirst(image, size, stride);
    let first = 0;
    let batch = 1;
    return {
      patches,
      async next() {
        if (first >= patches.length) return null;
        const some = patches.slice(first, first + batch);
        const begin = performance.now();
        const rows = await Network.of(network).probabilitiesOf(some.map((patch) => covered(image, patch)));
        const perImage = (performance.now() - begin) / some.length;
        const measured = { first, probabilities: Float32Array.from(rows, (row) => row[classIndex]) };
        first += some.length;
        batch = Math.max(1, Math.min(2 * batch, 32, Math.floor(budget / perImage)));
        return measured;
      },
    } satisfies OcclusionSweep;
  },
};

/** The image with a grey square; a copy. */
export function covered({ height, width, channels, values }: Pixels, { y, x, size }: Patch): Pixels {
  const result = values.slice();
  const [left, right] = [Math.max(0, x), Math.min(width, x + size)];
  if (left < right) {
    for (let row = Math.max(0, y); row < Math.min(height, y + size); row++) {
      result.fill(grey, (row * width + left) * channels, (row * width + right) * channels);
    }
  }
  return { height, width, channels, values: result };
}

/**
 * Patches centred on a grid of `stride` pixels: first every eighth of its rows and columns, then every fourth, every
 * second, all; a rough map appears at once and becomes finer.
 */
export function coarseFirst(
  { height, width }: Pick<Pixels, 'height' | 'width'>,
  size: number,
  stride: number,
): Patch[] {
  const places = (side: number): number[] =>
    Array.from({ length: Math.ceil(side / stride) }, (_, i) => Math.floor((i + 0.5) * stride));
  const patches: Patch[] = [];
  const seen = new Set<string>();
  for (const step of [8, 4, 2, 1]) {
    places(height).forEach((y, row) => {
      places(width).forEach((x, column) => {
        const key = `${row} ${column}`;
        if (row % step !== 0 || column % step !== 0 || seen.has(key)) return;
        seen.add(key);
        patches.push({ y: Math.round(y - size / 2), x: Math.round(x - size / 2), size });
      });
    });
  }
  return patches;
}
