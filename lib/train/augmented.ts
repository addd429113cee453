import { Random } from '../data/random';
import type { Dataset, ImageSet } from '../data/types';
import type { Augmentation } from '../recipe';
import { inputBatch } from '../evaluate/input-batch';
import { stream } from './order';

/**
 * What augmentation makes of one training image, drawn `count` times: to be looked at, as training draws its own.
 * @returns a set of `count` images, all with the image's label
 */
export function augmentedVersions(
  dataset: Dataset,
  index: number,
  augmentation: Augmentation,
  { count = 10, seed = 1 }: { count?: number; seed?: number } = {},
): ImageSet {
  const augmented = { augmentation, random: new Random(seed, stream.augmentation) };
  const indices = new Array<number>(count).fill(index);
  const { imageShape, train } = dataset;
  const batch = inputBatch(train, indices, { imageShape, normalisation: null, augmented });
  const images = Uint8Array.from(batch.dataSync(), (value) => Math.round(value * 255));
  batch.dispose();
  return { images, labels: new Uint8Array(count).fill(train.labels[index]), count };
}
