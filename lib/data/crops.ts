import { UserError } from '../runtime/errors';
import type { ImageSet } from './types';

type ImageShape = readonly [number, number, number];

/** Where a crop's pixels come from: so far down and right, and mirrored or not. */
export interface Crop {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/**
 * AlexNet's ten views of an image at test time: its four corners and its middle, each as it is and mirrored
 * (Krizhevsky, Sutskever & Hinton 2012, section 4.1). There, windows of 224×224 out of 256×256; here, windows of the
 * image's own size out of the image with `padding` zeros around, as `Augmentation.crop` pads them in training.
 */
export function tenCrops(padding: number): Crop[] {
  if (!(Number.isInteger(padding) && padding >= 1)) {
    throw new UserError(`padding is ${padding}; expected a whole number of pixels from 1 on.`);
  }
  const ends = [-padding, padding];
  const corners = ends.flatMap((down) => ends.map((right) => ({ down, right })));
  return [...corners, { down: 0, right: 0 }].flatMap((place) => [
    { ...place, mirrored: false },
    { ...place, mirrored: true },
  ]);
}

/** The same crop of every image; what lies outside an image is zero. */
export function cropped(set: ImageSet, [height, width, channels]: ImageShape, crop: Crop): ImageSet {
  const { down, right, mirrored } = crop;
  const size = height * width * channels;
  const images = new Uint8Array(set.images.length);
  for (let i = 0; i < set.count; i++) {
    for (let y = 0; y < height; y++) {
      const fromY = y + down;
      if (fromY < 0 || fromY >= height) continue;
      for (let x = 0; x < width; x++) {
        const fromX = (mirrored ? width - 1 - x : x) + right;
        if (fromX < 0 || fromX >= width) continue;
        const from = i * size + (fromY * width + fromX) * channels;
        const to = i * size + (y * width + x) * channels;
        for (let c = 0; c < channels; c++) images[to + c] = set.images[from + c];
      }
    }
  }
  return { ...set, images };
}
