/** From stored bytes to what a network takes: scaling, normalisation, and random changes in training. */
import { mixesImages, type Augmentation } from '../recipe/augmentation';
import type { Normalisation } from '../recipe/normalisation';
import type { ModelInput } from '../models/model-inputs';
import { augmentImages } from './augmentation';
import type { Value } from './graph';
import { mixImages, type MixedImages } from './mixing';
import { reshape, slice } from './ops/array';
import { bytesOf } from './ops/bits';
import { cast, scalar } from './ops/cast';
import { constant } from './ops/constant';
import { mul, sub } from './ops/math';
import { rolled } from './ops/roll';

export type ImageShape = readonly [number, number, number];

/** How stored bytes become what a network is trained on. */
export interface TrainingImageOptions {
  readonly imageShape: ImageShape;
  readonly normalisation: Normalisation | null;
  readonly augmentation: Augmentation;
  readonly seed: number;
  /** Needed only if flips alternate from epoch to epoch. */
  readonly stepsPerEpoch?: number;
}

/** Images as they are stored. */
export interface StoredImages {
  /** int32 or float32 [n, packed], with the bits that `packImages` makes */
  readonly packed: Value;
  /** Their places among all images trained on; int32 [n] */
  readonly indices: Value;
}

/**
 * The images of one step as training takes them.
 * @param step int32 scalar: the step's number, which with the seed fixes what is drawn
 * @param others the images from which partners are taken, in the order of a batch; defaults to the images themselves
 */
export function trainingImages(
  stored: StoredImages,
  options: TrainingImageOptions,
  step: Value,
  others?: StoredImages,
): MixedImages {
  const { imageShape, normalisation, augmentation, seed } = options;
  const augmented = ({ packed, indices }: StoredImages): Value => {
    const pixels = scaleImages(unpackImages(packed, imageShape), normalisation);
    return augmentImages(pixels, options, { indices, step });
  };
  const images = augmented(stored);
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
