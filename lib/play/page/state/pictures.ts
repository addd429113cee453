/** The pictures that come with the page. */
import { signal } from '@preact/signals';
import type { PicturesPack } from '../../pack';
import { packs } from '../packs';
import { rasterOfPng } from './decode';
import { type Raster, scaled } from './raster';

export interface PictureSet {
  readonly title: string;
  readonly classNames: readonly string[];
  readonly labels: readonly number[];
  readonly pictures: readonly Raster[];
}

/** Those to ask a network about; null until they are there, or if the page has none. */
export const testPictures = signal<PictureSet | null>(null);

const sets = new Map<PicturesPack['split'], Promise<PictureSet>>();

/** @throws Error with a sentence for the reader if the page has no such pictures, or they are damaged */
export function pictureSet(split: PicturesPack['split']): Promise<PictureSet> {
  const known = sets.get(split) ?? packs.pictures(split).then(unpacked);
  sets.set(split, known);
  known.catch(() => sets.delete(split));
  return known;
}

async function unpacked({
  title,
  classNames,
  labels,
  imageShape,
  columns,
  png,
}: PicturesPack): Promise<PictureSet> {
  const mosaic = await rasterOfPng(png);
  const [height, width] = imageShape;
  const pictures = labels.map((_, i) => {
    const frame = { x: (i % columns) * width, y: Math.floor(i / columns) * height, width, height };
    return scaled(mosaic, frame, width, height);
  });
  return { title, classNames, labels, pictures };
}
