/** The pictures that come with the page. */
import { computed, signal } from '@preact/signals';
import type { PicturesPack } from '../../pack';
import { packs } from '../packs';
import { texts } from '../texts';
import { rasterOfPng } from './decode';
import { choose, source } from './picture';
import { type Raster, scaled } from './raster';

export interface PictureSet {
  readonly title: string;
  readonly classNames: readonly string[];
  readonly labels: readonly number[];
  readonly pictures: readonly Raster[];
}

/** Those to ask a network about; null until they are there, or if the page has none. */
export const testPictures = signal<PictureSet | null>(null);

/** Index of the test picture that is looked at; −1 if it is another picture. */
export const chosenPicture = computed(() => testPictures.value?.pictures.indexOf(source.value.raster) ?? -1);

/** The picture to begin with. */
let first = 0;

export function choosePicture({ pictures, labels, classNames }: PictureSet, index: number): void {
  choose({
    kind: 'test',
    name: texts.sources.test(index + 1),
    label: classNames[labels[index]],
    raster: pictures[index],
  });
}

/** Goes to a test picture, now or when they are there; to the first if there are not so many. */
export function showPicture(index: number): void {
  const set = testPictures.peek();
  if (!set) first = index;
  else if (index !== chosenPicture.peek()) choosePicture(set, index < set.pictures.length ? index : 0);
}

/** Loads the test pictures and shows one, unless the reader has been faster. */
export async function loadTestPictures(): Promise<void> {
  testPictures.value = await pictureSet('test');
  if (source.peek().name === '') showPicture(first);
}

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
