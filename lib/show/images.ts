import type { Dataset } from '../data/types';
import type { Evaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { percent } from './format';
import { emit, type Output } from './output';
import { picturesOutput, type Picture } from './pictures';

export interface ImageGridOptions {
  /** Which set. Defaults to the evaluation's set if there is an evaluation, and otherwise to the training set. */
  from?: 'train' | 'test';
  /** Positions in that set. Defaults to its first 20 images. */
  indices?: ArrayLike<number>;
  /** A network's evaluation on that set: captions then include its prediction for each image, and its confidence. */
  evaluation?: Pick<Evaluation, 'on' | 'predictions' | 'confidences'>;
  /** Title above the grid. By default it names the dataset. */
  title?: string;
  /** Number of images in a row. Defaults to 10. */
  columns?: number;
}

/**
 * Shows images of a dataset as PNG, each with its class below it.
 * @throws UserError if the set has no image at one of the positions
 */
export async function showImages(dataset: Dataset, options: ImageGridOptions = {}): Promise<void> {
  emit(await imagesOutput(dataset, options));
}

export async function imagesOutput(dataset: Dataset, options: ImageGridOptions = {}): Promise<Output> {
  const { evaluation, from = evaluation?.on ?? 'train', columns = 10 } = options;
  const set = dataset[from];
  const indices = Array.from(options.indices ?? firstIndices(Math.min(20, set.count)));
  const captions = indices.map((index) => {
    if (!(Number.isInteger(index) && index >= 0 && index < set.count)) {
      throw new UserError(`There is no image ${index}: the ${from} set has images 0 to ${set.count - 1}.`);
    }
    const truth = dataset.classNames[set.labels[index]];
    if (!evaluation) return truth;
    const predicted = dataset.classNames[evaluation.predictions[index]];
    const taken = predicted === truth ? truth : `${truth}, taken for ${predicted}`;
    return `${taken} (${percent(evaluation.confidences[index])})`;
  });
  const title = options.title ?? `${dataset.name}, ${from === 'train' ? 'training' : 'test'} images`;
  const pictures = indices.map((index, i) => ({ ...pictureOf(dataset, from, index), caption: captions[i] }));
  return picturesOutput(pictures, { title, columns });
}

/** An image of a dataset as a picture, unscaled. */
export function pictureOf(dataset: Dataset, from: 'train' | 'test', index: number): Picture {
  const [height, width, channels] = dataset.imageShape;
  const size = height * width * channels;
  const pixels = dataset[from].images.subarray(index * size, (index + 1) * size);
  return { pixels, height, width, channels };
}

function firstIndices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
