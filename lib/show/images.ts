import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import type { Evaluation } from '../train/evaluate';
import { percent } from './format';
import { escapeHtml } from './html';
import { emit, type Output } from './output';

export interface ImageGridOptions {
  /** Which images. The evaluation's where there is one, otherwise the training set, unless told. */
  from?: 'train' | 'test';
  /** Positions in that set. Its first 20 images unless told. */
  indices?: ArrayLike<number>;
  /** What a network made of that set: captions then tell what it took an image for, and how sure it was. */
  evaluation?: Pick<Evaluation, 'on' | 'predictions' | 'confidences'>;
  /** Stands above the grid. Names the dataset unless told. */
  title?: string;
  /** Images a row. 10 unless told. */
  columns?: number;
}

/** Each pixel is drawn as a square of so many screen pixels. */
const zoom = 2;

/**
 * Shows images of a dataset, each with its class below it. The pixels are the real ones, as PNG.
 * @throws UserError for a position that the set does not have
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
  const pictures = await Promise.all(indices.map((index) => png(set.images, index, dataset.imageShape)));
  return {
    'text/html': gridHtml(title, pictures, captions, columns, dataset.imageShape),
    'text/plain': `${title}: ${captions.join(' · ')}`,
  };
}

function firstIndices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** One image as a PNG file. */
async function png(
  images: Uint8Array,
  index: number,
  [height, width, channels]: Dataset['imageShape'],
): Promise<Uint8Array> {
  const size = height * width * channels;
  const pixels = tf.tensor3d(
    images.subarray(index * size, (index + 1) * size),
    [height, width, channels],
    'int32',
  );
  try {
    return await tf.node.encodePng(pixels, 9);
  } finally {
    pixels.dispose();
  }
}

/** A table, because that is what every page and every sanitizer leaves as it is. */
function gridHtml(
  title: string,
  pictures: readonly Uint8Array[],
  captions: readonly string[],
  columns: number,
  [height, width]: Dataset['imageShape'],
): string {
  const cells = pictures.map((picture, i) => {
    const source = `data:image/png;base64,${Buffer.from(picture).toString('base64')}`;
    const caption = escapeHtml(captions[i]);
    return (
      `<td style="text-align:center;vertical-align:top;white-space:normal;padding:4px">` +
      `<img src="${source}" alt="${caption}" width="${width * zoom}" height="${height * zoom}" ` +
      `style="image-rendering:pixelated"><br>${caption}</td>`
    );
  });
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += columns)
    rows.push(`<tr>${cells.slice(i, i + columns).join('')}</tr>`);
  const caption = `<caption style="caption-side:top;text-align:left">${escapeHtml(title)}</caption>`;
  return `<table>${caption}<tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
