/** Random changes of training images, each image by itself. */
import { Random } from '../data/random';
import type { Augmentation } from '../recipe/augmentation';
import { Draws } from './draws';
import type { Value } from './graph';
import { reshape } from './ops/array';
import { cast, scalar } from './ops/cast';
import { constant } from './ops/constant';
import { gatherRows } from './ops/gather';
import { bitAnd, bitXor, hashed, word } from './ops/hash';
import { abs, add, floorDiv, greaterEqual, maximum, minimum, mul, sub } from './ops/math';

export interface AugmentationOptions {
  readonly augmentation: Augmentation;
  readonly seed: number;
  /** Needed only if flips alternate from epoch to epoch. */
  readonly stepsPerEpoch?: number;
}

/** Which images are changed, and in which step. */
export interface Moment {
  /** The images' places among all images trained on; int32 [n] */
  readonly indices: Value;
  /** int32 scalar; with the seed it fixes every draw */
  readonly step: Value;
}

/**
 * Crops, mirrors and cuts out, each image by itself. What lies outside of an image, unless padded by reflection, or is
 * cut out, becomes 0 in the units that the network gets.
 * @param images float32 [n, height, width, channels]
 */
export function augmentImages(images: Value, options: AugmentationOptions, moment: Moment): Value {
  const { augmentation, seed } = options;
  const { crop, flip, cutout, padding = 'zeros' } = augmentation;
  if (crop === 0 && flip === false && cutout === 0) return images;
  const { graph } = images;
  const [n, height, width, channels] = images.shape as readonly [null, number, number, number];
  const number = (value: number): Value => scalar(graph, value);
  const draws = new Draws(images, moment.step, seed);
  const draw = (bound: number): Value => reshape(draws.whole(bound), [n, 1]);
  /** 1 where `low` <= x < `low` + `size`, 0 elsewhere. */
  const within = (x: Value, low: Value, size: number): Value => {
    const offset = sub(x, low);
    const above = cast(greaterEqual(offset, number(0)), 'float32');
    return mul(above, cast(greaterEqual(number(size - 1), offset), 'float32'));
  };

  // Along each axis, for each place of the result: where it comes from, whether that is inside, and in a hole.
  const axis = (size: number, mirrored: Value | null): Axis => {
    const place = constant(graph, { dtype: 'float32', shape: [1, size], values: [...Array(size).keys()] });
    const mirror = mirrored && mul(mirrored, sub(number(size - 1), mul(place, number(2))));
    const turned = mirror ? add(place, mirror) : place;
    const from = crop === 0 ? turned : add(turned, sub(draw(2 * crop + 1), number(crop)));
    const hole = cutout === 0 ? null : within(place, sub(draw(size), number(Math.floor(cutout / 2))), cutout);
    if (padding === 'reflect') return { from: reflected(from, size), inside: null, hole };
    const nearest = maximum(minimum(from, number(size - 1)), number(0));
    return { from: nearest, inside: within(from, number(0), size), hole };
  };
  const rows = axis(height, null);
  const columns = axis(
    width,
    mirroredOf(flip, options, moment, () => draw(2)),
  );
  const down = (value: Value): Value => reshape(value, [value.shape[0], height, 1]);
  const across = (value: Value): Value => reshape(value, [value.shape[0], 1, width]);

  const index = add(mul(down(rows.from), number(width)), across(columns.from));
  const pixels = reshape(images, [n, height * width, channels]);
  // Without a crop or a flip every pixel stays where it is, and there is one index for all images.
  const moved =
    crop === 0 && flip === false
      ? pixels
      : gatherRows(pixels, cast(reshape(index, [n, height * width]), 'int32'));
  const masks = [
    ...(rows.inside && columns.inside ? [mul(down(rows.inside), across(columns.inside))] : []),
    ...(rows.hole && columns.hole ? [sub(number(1), mul(down(rows.hole), across(columns.hole)))] : []),
  ];
  const all = reshape(moved, [n, height, width, channels]);
  if (masks.length === 0) return all;
  const mask = masks.reduce((a, b) => mul(a, b));
  return mul(all, reshape(mask, [mask.shape[0], height, width, 1]));
}

interface Axis {
  readonly from: Value;
  /** Null if everything is. */
  readonly inside: Value | null;
  readonly hole: Value | null;
}

/** Places beyond either end of an axis, by less than its length, as places on it: −1 is 1, and `size` is `size` − 2. */
function reflected(place: Value, size: number): Value {
  const last = scalar(place.graph, size - 1);
  return sub(last, abs(sub(last, abs(place))));
}

/** 1 for images that are mirrored, 0 for the others. @returns float32 [n, 1]; null if none ever is */
function mirroredOf(
  flip: Augmentation['flip'],
  { seed, stepsPerEpoch }: AugmentationOptions,
  { indices, step }: Moment,
  draw: () => Value,
): Value | null {
  if (flip !== 'alternating') return flip ? draw() : null;
  if (stepsPerEpoch === undefined) throw new Error('Flips alternate with epochs of unknown length');
  const { graph } = step;
  const epoch = floorDiv(cast(step, 'uint64'), word(graph, stepsPerEpoch));
  const first = hashed(indices, new Random(seed, flipStream).uint32());
  const mirrored = bitAnd(bitXor(first, epoch), word(graph, 1));
  return reshape(cast(mirrored, 'float32'), [indices.shape[0], 1]);
}

/** Sets the first flips apart from all else that is drawn with the same seed. */
const flipStream = 0x666c6970;
