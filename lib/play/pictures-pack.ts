/** Pictures of a dataset as the page takes them. */
import { chooseSubset } from '../data/subset';
import type { Dataset } from '../data/types';
import { encodePng } from '../runtime/png';
import type { PicturesPack } from './pack';

const columns = 20;

export function picturesTitle({ name }: Dataset, split: PicturesPack['split']): string {
  return `${name}, ${split === 'test' ? 'test images' : 'training images'}`;
}

/**
 * Which pictures of a split a pack holds: as many of each class as of any other, in an order that the dataset alone decides.
 * @param count those that the split has if it has fewer
 */
export function picturesChosen(dataset: Dataset, split: PicturesPack['split'], count: number): number[] {
  const set = dataset[split];
  return [...chooseSubset(set.labels, Math.min(count, set.count), dataset.classNames.length, 0)];
}

/** Packs those pictures. */
export async function picturesPack(
  dataset: Dataset,
  split: PicturesPack['split'],
  count: number,
): Promise<PicturesPack> {
  const { classNames, imageShape } = dataset;
  const set = dataset[split];
  const indices = picturesChosen(dataset, split, count);
  const [height, width, channels] = imageShape;
  const rows = Math.ceil(indices.length / columns);
  const mosaic = new Uint8Array(rows * height * columns * width * channels);
  const line = width * channels;
  indices.forEach((index, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (let y = 0; y < height; y++) {
      const from = (index * height + y) * line;
      mosaic.set(set.images.subarray(from, from + line), ((row * height + y) * columns + column) * line);
    }
  });
  return {
    kind: 'pictures',
    title: picturesTitle(dataset, split),
    classNames,
    imageShape,
    labels: indices.map((index) => set.labels[index]),
    columns,
    png: Buffer.from(await encodePng(mosaic, [rows * height, columns * width, channels])).toString('base64'),
    split,
  };
}
