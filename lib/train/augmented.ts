import { Random } from '../data/random';
import { takeSubset } from '../data/subset';
import type { Dataset, ImageSet } from '../data/types';
import { Augmenter } from '../graph';
import { checkAugmentation, type Augmentation } from '../recipe';
import { check } from '../runtime/check';
import { stream } from './order';

export interface VersionsOptions {
  /** How many versions. Defaults to 10. */
  readonly count?: number;
  /** The recipe's. Defaults to 1. */
  readonly seed?: number;
  /** The step's number, counted from 0 over the whole run. Defaults to 0. */
  readonly step?: number;
  /** Needed if flips alternate from epoch to epoch, and the step is not the first. */
  readonly stepsPerEpoch?: number;
}

/**
 * What augmentation makes of one training image: version i is exactly what training with this seed makes of the image
 * if it is the i-th of its batch in that step. Mixup and cutmix mix each version with another training image, always the
 * same ones for a seed.
 * @returns a set of `count` images, all with the image's label
 * @throws UserError if there is no such image, or the augmentation does not fit it
 */
export async function augmentedVersions(
  { imageShape, train }: Dataset,
  index: number,
  augmentation: Augmentation,
  { count = 10, seed = 1, step = 0, stepsPerEpoch }: VersionsOptions = {},
): Promise<ImageSet> {
  const isImage = Number.isInteger(index) && index >= 0 && index < train.count;
  check(isImage, 'index', index, `that of a training image, 0 to ${train.count - 1}`);
  check(Number.isInteger(count) && count >= 1, 'count', count, 'a whole number of at least 1');
  checkAugmentation(augmentation, imageShape);
  const lengthMatters = augmentation.flip === 'alternating' && step > 0;
  const isLength = stepsPerEpoch !== undefined && Number.isInteger(stepsPerEpoch) && stepsPerEpoch >= 1;
  const allowed = 'a whole number of at least 1: flips that alternate go by the epoch of the step';
  check(isLength || !lengthMatters, 'stepsPerEpoch', stepsPerEpoch, allowed);
  const options = { imageShape, normalisation: null, augmentation, seed, stepsPerEpoch: stepsPerEpoch ?? 1 };
  const augmenter = await Augmenter.compile(options);
  try {
    const own = new Uint32Array(count).fill(index);
    const random = new Random(seed, stream.partners, index);
    const partners = Uint32Array.from(own, () => random.below(train.count));
    const [same, others] = [own, partners].map((indices) => takeSubset(train, indices));
    const batch = augmenter.batch({ images: same.images, indices: own }, step, {
      images: others.images,
      indices: partners,
    });
    const images = Uint8Array.from(batch.dataSync(), (value) => Math.round(value * 255));
    batch.dispose();
    return { ...same, images };
  } finally {
    augmenter.dispose();
  }
}
