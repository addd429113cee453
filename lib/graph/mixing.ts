/** Mixes the images of a batch with each other (see `Augmentation`), and what is computed from their labels. */
import type { Augmentation } from '../recipe/augmentation';
import { betaOf } from './beta';
import { Draws } from './draws';
import type { Value } from './graph';
import { reshape } from './ops/array';
import { cast, like, scalar } from './ops/cast';
import { constant } from './ops/constant';
import { add, floor, greaterEqual, logicalAnd, mul, sqrt, sub } from './ops/math';
import { mean } from './ops/reduce';

export interface MixedImages {
  /** float32 [n, height, width, channels] */
  readonly images: Value;
  /** The share of each image that is its own; the rest is its partner's. float32 [n]. Null if nothing is mixed. */
  readonly own: Value | null;
}

/** Sets these draws apart from all others with the same seed. */
const mixingStream = 0x6d6978;

/**
 * λ is drawn for each image, as Keras's MixUp does. CutMix is the authors', which Keras's differs from: there the
 * parameter of the beta distribution is drawn as well, and the rectangle never leaves the image.
 * @param images float32 [n, height, width, channels]
 * @param partners of the same shape: what each image is mixed with
 */
export function mixImages(
  images: Value,
  partners: Value,
  { mixup = 0, cutmix = 0 }: Augmentation,
  step: Value,
  seed: number,
): MixedImages {
  const draws = new Draws(images, step, seed ^ mixingStream);
  // How much of each pixel is the image's own.
  const blended = mixup > 0 ? [reshape(betaOf(draws.uniform(), mixup), [images.shape[0], 1, 1, 1])] : [];
  const pasted = cutmix > 0 ? [outsideOf(images, draws, cutmix)] : [];
  // With both, one of them for all images.
  const mask = [...blended, ...pasted].reduce((a, b) => mixed(reshape(either(draws), [1, 1, 1, 1]), a, b));
  return { images: mixed(mask, images, partners), own: mean(mask, [1, 2, 3]) };
}

/** 1 outside of a random rectangle of each image, 0 inside. @returns float32 [n, height, width, 1] */
function outsideOf(images: Value, draws: Draws, alpha: number): Value {
  const { graph, shape } = images;
  const [n, height, width] = shape as readonly [null, number, number];
  const one = scalar(graph, 1);
  const side = sqrt(sub(one, betaOf(draws.uniform(), alpha)));
  /** Whether each place along an axis is within the rectangle. bool → float32 [n, size] */
  const along = (size: number): Value => {
    const places = constant(graph, { dtype: 'float32', shape: [1, size], values: [...Array(size).keys()] });
    const half = reshape(floor(mul(side, scalar(graph, size / 2))), [n, 1]);
    const offset = sub(places, reshape(draws.whole(size), [n, 1]));
    // From half a side before the centre up to, and without, half a side after it.
    const begun = greaterEqual(add(offset, half), scalar(graph, 0));
    return cast(logicalAnd(begun, greaterEqual(sub(half, offset), one)), 'float32');
  };
  const rows = reshape(along(height), [n, height, 1, 1]);
  const columns = reshape(along(width), [n, 1, width, 1]);
  return sub(one, mul(rows, columns));
}

/** 0 or 1, each equally likely, the same for all images. @returns float32 [1] */
function either(draws: Draws): Value {
  const drawn = draws.common();
  return cast(greaterEqual(drawn, like(drawn, 0.5)), 'float32');
}

/** `share` of `a` and the rest of `b`; exactly one of them where the share is 1 or 0. */
export function mixed(share: Value, a: Value, b: Value): Value {
  return add(mul(share, a), mul(sub(like(share, 1), share), b));
}
