import { Network } from '../network/network';
import type { Pixels } from '../types';
import type { Occlusion, Patch, PatchGrid } from './types';

/** What a patch is filled with, on the scale from 0 to 1: the middle between black and white. */
const grey = 0.5;

export const occlusion: Occlusion = {
  cover: covered,
  grid: gridOf,
  under: (network, image, patches) =>
    Network.of(network).probabilitiesOf(patches.map((patch) => covered(image, patch))),
};

/** A copy of the image with a grey square. */
function covered({ height, width, channels, values }: Pixels, { y, x, size }: Patch): Pixels {
  const result = values.slice();
  const [left, right] = [Math.max(0, x), Math.min(width, x + size)];
  if (left < right) {
    for (let row = Math.max(0, y); row < Math.min(height, y + size); row++) {
      result.fill(grey, (row * width + left) * channels, (row * width + right) * channels);
    }
  }
  return { height, width, channels, values: result };
}

function gridOf(
  { height, width }: Pick<Pixels, 'height' | 'width'>,
  size: number,
  stride: number,
): PatchGrid {
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const first = (place: number): number => Math.round((place + 0.5) * stride - size / 2);
  const patches = Array.from({ length: rows * columns }, (_, i): Patch => {
    return { y: first(Math.floor(i / columns)), x: first(i % columns), size };
  });
  return { rows, columns, patches, coarseFirst: coarseFirst(rows, columns) };
}

/** Every eighth of rows and columns, then every fourth, every second, all: a rough map first, which becomes finer. */
function coarseFirst(rows: number, columns: number): number[] {
  const order = new Set<number>();
  for (const step of [8, 4, 2, 1]) {
    for (let row = 0; row < rows; row += step) {
      for (let column = 0; column < columns; column += step) order.add(row * columns + column);
    }
  }
  return [...order];
}
