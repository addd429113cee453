import type { ImageSet } from './types';

type ImageShape = readonly [number, number, number];

/** Where a crop's pixels come from: so far down and right, and mirrored or not. */
export interface Crop {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/** What lies outside of an image: zeros, or the image mirrored at its border, whose outermost pixel is not repeated. */
export type CropPadding = 'zeros' | 'reflect';

/**
 * The same crop of every image.
 * @param crop moved by fewer pixels than the image has along either side
 */
export function cropped(
  set: ImageSet,
  [height, width, channels]: ImageShape,
  { down, right, mirrored }: Crop,
  padding: CropPadding = 'zeros',
): ImageSet {
  const size = height * width * channels;
  const images = new Uint8Array(set.images.length);
  const source = padding === 'zeros' ? insideOf : reflected;
  const rows = Array.from({ length: height }, (_, y) => source(y + down, height));
  const columns = Array.from({ length: width }, (_, x) =>
    source((mirrored ? width - 1 - x : x) + right, width),
  );
  for (let i = 0; i < set.count; i++) {
    rows.forEach((fromY, y) => {
      if (fromY === null) return;
      columns.forEach((fromX, x) => {
        if (fromX === null) return;
        const from = i * size + (fromY * width + fromX) * channels;
        const to = i * size + (y * width + x) * channels;
        for (let c = 0; c < channels; c++) images[to + c] = set.images[from + c];
      });
    });
  }
  return { ...set, images };
}

function insideOf(place: number, size: number): number | null {
  return place >= 0 && place < size ? place : null;
}

/** −1 is 1, and `size` is `size` − 2. */
function reflected(place: number, size: number): number {
  return size - 1 - Math.abs(size - 1 - Math.abs(place));
}
