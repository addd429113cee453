import { Random } from '../data/random';
import type { ImageSet } from '../data/types';
import type { Augmentation, Normalisation } from '../recipe';
import { tf } from '../runtime/tensorflow';

/** How bytes become what a network takes. */
export interface InputSettings {
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly normalisation: Normalisation | null;
  /** In training: what to change, and where the numbers for it come from. */
  readonly augmented?: { readonly augmentation: Augmentation; readonly random: Random };
}

/**
 * The images at `indices`, for tfjs; lib/graph/input.ts is the same as operations of a graph.
 * @returns float32 [indices.length, height, width, channels]; the caller disposes of it
 */
export function inputBatch(
  set: ImageSet,
  indices: ArrayLike<number>,
  { imageShape, normalisation, augmented }: InputSettings,
): tf.Tensor4D {
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const values = new Float32Array(indices.length * size);
  const scale = scaleOf(normalisation, channels);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * size;
    const place = augmented ? drawPlace(augmented, imageShape) : plain;
    for (let y = 0, to = i * size; y < height; y++) {
      for (let x = 0; x < width; x++, to += channels) {
        const sourceY = y + place.down;
        const sourceX = (place.mirrored ? width - 1 - x : x) + place.right;
        const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        if (!inside || inHole(place, y, x)) continue;
        const pixel = from + (sourceY * width + sourceX) * channels;
        for (let c = 0; c < channels; c++) values[to + c] = scale(set.images[pixel + c], c);
      }
    }
  }
  return tf.tensor4d(values, [indices.length, height, width, channels]);
}

function scaleOf(
  normalisation: Normalisation | null,
  channels: number,
): (byte: number, channel: number) => number {
  const { mean, deviation } = normalisation ?? {
    mean: new Array<number>(channels).fill(0),
    deviation: new Array<number>(channels).fill(1),
  };
  return (byte, channel) => (byte / 255 - mean[channel]) / deviation[channel];
}

/** Where the pixels of a changed image come from. */
interface Place {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
  readonly hole: { readonly top: number; readonly left: number; readonly side: number };
}

const plain: Place = { down: 0, right: 0, mirrored: false, hole: { top: 0, left: 0, side: 0 } };

function drawPlace(
  { augmentation, random }: NonNullable<InputSettings['augmented']>,
  [height, width]: InputSettings['imageShape'],
): Place {
  const { crop, flip, cutout } = augmentation;
  const half = Math.floor(cutout / 2);
  return {
    down: random.below(2 * crop + 1) - crop,
    right: random.below(2 * crop + 1) - crop,
    mirrored: flip && random.below(2) === 1,
    hole: { top: random.below(height) - half, left: random.below(width) - half, side: cutout },
  };
}

function inHole({ hole: { top, left, side } }: Place, y: number, x: number): boolean {
  return y >= top && y < top + side && x >= left && x < left + side;
}
