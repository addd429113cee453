/** From stored bytes to what a network takes: scaling, normalisation, and random changes in training. */
import { mixesImages, type Augmentation } from '../recipe/augmentation';
import type { Normalisation } from '../recipe/normalisation';
import type { ModelInput } from '../models/model-inputs';
import type { Value } from './graph';
import { Draws } from './draws';
import { mixImages, type MixedImages } from './mixing';
import { reshape, slice } from './ops/array';
import { bytesOf } from './ops/bits';
import { cast, scalar } from './ops/cast';
import { constant } from './ops/constant';
import { gatherRows } from './ops/gather';
import { add, greaterEqual, maximum, minimum, mul, sub } from './ops/math';
import { rolled } from './ops/roll';

export type ImageShape = readonly [number, number, number];

/** How stored bytes become what a network is trained on. */
export interface TrainingImageOptions {
  readonly imageShape: ImageShape;
  readonly normalisation: Normalisation | null;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/**
 * The images of one step as training takes them.
 * @param packed int32 or float32 [n, packed], with the bits that `packImages` makes
 * @param step int32 scalar: the step's number, which with the seed fixes what is drawn
 * @param others the images from which partners are taken, in the order of a batch; defaults to the images themselves
 */
export function trainingImages(
  packed: Value,
  { imageShape, normalisation, augmentation, seed }: TrainingImageOptions,
  step: Value,
  others?: Value,
): MixedImages {
  const augmented = (bytes: Value): Value => {
    const pixels = scaleImages(unpackImages(bytes, imageShape), normalisation);
    return augmentImages(pixels, augmentation, step, seed);
  };
  const images = augmented(packed);
  if (!mixesImages(augmentation)) return { images, own: null };
  return mixImages(images, rolled(others ? augmented(others) : images), augmentation, step, seed);
}

/** The inputs of a model that take arrays beside the images. */
export function arrayInputs(inputs: readonly ModelInput[]): readonly ModelInput[] {
  return inputs.filter(({ isImages }) => !isImages);
}

/**
 * What a model takes, in the order of its inputs.
 * @param arrays in the order of `arrayInputs`
 */
export function inOrder<T>(inputs: readonly ModelInput[], images: T, arrays: readonly T[]): T[] {
  const left = [...arrays];
  return inputs.flatMap(({ isImages }) => (isImages ? [images] : left.splice(0, 1)));
}

/** How many numbers of four bytes hold the bytes of one image. */
export function packedSize([height, width, channels]: ImageShape): number {
  return Math.ceil((height * width * channels) / 4);
}

/**
 * The bytes of `count` images in the memory of int32 values, since tfjs has no tensors of bytes. The values are never
 * computed with. They are no float32, which tfjs-node would move to a GPU, and back when they are fed. Without a copy
 * where an image's size is a multiple of four.
 */
export function packImages(images: Uint8Array, count: number, shape: ImageShape): Int32Array {
  const size = shape[0] * shape[1] * shape[2];
  const packed = packedSize(shape);
  if (packed * 4 === size && images.byteOffset % 4 === 0) {
    return new Int32Array(images.buffer, images.byteOffset, count * packed);
  }
  const bytes = new Uint8Array(count * packed * 4);
  for (let i = 0; i < count; i++) bytes.set(images.subarray(i * size, (i + 1) * size), i * packed * 4);
  return new Int32Array(bytes.buffer);
}

/** int32 or float32 [n, packed] → uint8 [n, height, width, channels] */
export function unpackImages(packed: Value, shape: ImageShape): Value {
  const [n, values] = packed.shape;
  const size = shape[0] * shape[1] * shape[2];
  const bytes = reshape(bytesOf(packed), [n, (values ?? 0) * 4]);
  return reshape(size === bytes.shape[1] ? bytes : slice(bytes, [0, 0], [n, size]), [n, ...shape]);
}

/** uint8 [n, height, width, channels] → float32 from 0 to 1, or with the given mean taken to 0 and deviation to 1 */
export function scaleImages(bytes: Value, normalisation: Normalisation | null): Value {
  const { graph } = bytes;
  const unit = mul(cast(bytes, 'float32'), scalar(graph, 1 / 255));
  if (!normalisation) return unit;
  const perChannel = (values: readonly number[]): Value => {
    return constant(graph, { dtype: 'float32', shape: [values.length], values });
  };
  const { mean, deviation } = normalisation;
  return mul(sub(unit, perChannel(mean)), perChannel(deviation.map((each) => 1 / each)));
}

/**
 * Crops, mirrors and cuts out, each image by itself. What lies outside of an image, or is cut out, becomes 0 in
 * the units that the network gets.
 * @param images float32 [n, height, width, channels]
 * @param step int32 scalar; with `seed` it fixes every draw
 */
function augmentImages(images: Value, augmentation: Augmentation, step: Value, seed: number): Value {
  const { crop, flip, cutout } = augmentation;
  if (crop === 0 && !flip && cutout === 0) return images;
  const { graph } = images;
  const [n, height, width, channels] = images.shape as readonly [null, number, number, number];
  const number = (value: number): Value => scalar(graph, value);
  const draws = new Draws(images, step, seed);
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
    return {
      from: maximum(minimum(from, number(size - 1)), number(0)),
      inside: within(from, number(0), size),
      hole: cutout === 0 ? null : within(place, sub(draw(size), number(Math.floor(cutout / 2))), cutout),
    };
  };
  const rows = axis(height, null);
  const columns = axis(width, flip ? draw(2) : null);
  const down = (value: Value): Value => reshape(value, [value.shape[0], height, 1]);
  const across = (value: Value): Value => reshape(value, [value.shape[0], 1, width]);

  const index = add(mul(down(rows.from), number(width)), across(columns.from));
  const pixels = reshape(images, [n, height * width, channels]);
  // Without a crop or a flip every pixel stays where it is, and there is one index for all images.
  const moved =
    crop === 0 && !flip ? pixels : gatherRows(pixels, cast(reshape(index, [n, height * width]), 'int32'));
  let mask = mul(down(rows.inside), across(columns.inside));
  if (rows.hole && columns.hole) {
    mask = mul(mask, sub(number(1), mul(down(rows.hole), across(columns.hole))));
  }
  return mul(reshape(moved, [n, height, width, channels]), reshape(mask, [mask.shape[0], height, width, 1]));
}

interface Axis {
  readonly from: Value;
  readonly inside: Value;
  readonly hole: Value | null;
}
