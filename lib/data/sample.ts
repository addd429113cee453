/**
 * The built-in sample: ten kinds of 32x32 pictures drawn from a seed, for when there is no CIFAR-10. Figures
 * and textures of any colour, place, size and rotation, on uneven backgrounds, with clutter and noise, so that no
 * single pixel says much, and networks differ in accuracy.
 *
 * Only integers, + - * /, Math.sqrt, abs, floor, min and max are used, all of which IEEE 754 fixes to the last
 * bit; sines are not. So a seed gives the same bytes on every platform.
 */
import { Random } from './random';
import { kinds } from './sample/kinds';
import { drawPicture, IMAGE_BYTES } from './sample/picture';
import type { ImageSet } from './types';

/** The default seed of the pictures. */
export const sampleSeed = 10;

/** How many pictures the sample has by default, and at most. */
export const sampleCounts = {
  train: { usual: 10_000, most: 50_000 },
  test: { usual: 2_000, most: 10_000 },
} as const;

/** Class names of the sample, in the order of the labels. */
export const sampleClassNames: readonly string[] = kinds.map((kind) => kind.name);

/**
 * Draws the first `count` pictures of a split. Picture number i is of class i modulo 10 and depends on the
 * seed, the split and i alone, so a smaller sample is the beginning of a larger one.
 * @returns images uint8 [count, 32, 32, 3]
 */
export function drawSample(split: 'train' | 'test', count: number, seed: number = sampleSeed): ImageSet {
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  const stream = split === 'train' ? 0 : 1;
  for (let i = 0; i < count; i++) {
    labels[i] = i % kinds.length;
    drawPicture(images, i * IMAGE_BYTES, kinds[labels[i]].draw, new Random(seed, stream, i));
  }
  return { images, labels, count };
}
