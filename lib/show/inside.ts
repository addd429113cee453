/** Shows what `lib/inspect` finds inside a network. */
import type { Dataset } from '../data/types';
import { classActivation, saliency, type Attention, type AttentionOptions } from '../inspect/attention';
import { featureMaps, firstFilters, type Maps } from '../inspect/maps';
import type { ImageChoice } from '../inspect/image';
import { titleOf } from '../models/registry';
import { publishedFacts } from '../published';
import type { tf } from '../runtime/tensorflow';
import { blend, heat, signed } from './colour';
import { pictureOf } from './images';
import { showPictures, type Picture } from './pictures';

export interface MapsOptions extends ImageChoice {
  /** How many to show at most, from the first on. Defaults to 32. */
  most?: number;
}

/**
 * Shows the first convolution's filters in colour: grey is a weight of zero, and each filter is scaled by its own
 * largest weight.
 * @param trainedOn the dataset's name, for the title; a network from `pretrained` knows it
 */
export async function showFilters(
  model: tf.LayersModel,
  { most = 32, trainedOn = publishedFacts(model)?.dataset.name }: { most?: number; trainedOn?: string } = {},
): Promise<void> {
  const filters = firstFilters(model);
  const { layer, height, width, channels, maps } = filters;
  const shown = maps.slice(0, most);
  await showPictures(
    shown.map((map) => (channels === 3 ? colourFilter(map, filters) : signedMap(map, filters))),
    {
      title:
        `${titleOf(model)}${trainedOn === undefined ? '' : `, trained on ${trainedOn}`}: ` +
        `${countOf(shown, maps)} filters of ${height}×${width}, layer "${layer}"`,
      columns: 16,
      zoom: Math.max(2, Math.round(48 / width)),
    },
  );
}

/**
 * Shows an image and a layer's output for it: a map for each filter. If the layer has negative values, white is zero,
 * blue negative and orange positive; otherwise black is a map's smallest value and white its largest. Each map has a
 * scale of its own.
 * @throws UserError if there is no such layer or image
 */
export async function showFeatureMaps(
  model: tf.LayersModel,
  dataset: Dataset,
  layer: string,
  { most = 32, ...choice }: MapsOptions,
): Promise<void> {
  const found = featureMaps(model, dataset, layer, choice);
  const shown = found.maps.slice(0, most);
  const hasSigns = found.maps.some((map) => map.some((value) => value < 0));
  const [rows] = dataset.imageShape;
  const { from = 'test', index } = choice;
  await showPictures(
    [
      { ...pictureOf(dataset, from, index), zoom: 2 },
      ...shown.map((map) => (hasSigns ? signedMap(map, found) : brightMap(map, found))),
    ],
    {
      title:
        `${dataset.name}, ${className(dataset, from, index)}, and what layer "${layer}" of ${titleOf(model)} ` +
        `makes of it: ${countOf(shown, found.maps)} maps of ${found.height}×${found.width}`,
      columns: 11,
      zoom: Math.max(1, Math.round((2 * rows) / found.height)),
    },
  );
}

export interface AttentionGridOptions extends Omit<AttentionOptions, 'index'> {
  /** Positions in the set. Defaults to its first 8 images. */
  indices?: readonly number[];
}

/**
 * Shows which pixels of each image the network's prediction depends on most (see `saliency`).
 * @throws UserError unless the network ends in a dense layer with softmax
 */
export async function showSaliency(
  model: tf.LayersModel,
  dataset: Dataset,
  options: AttentionGridOptions = {},
): Promise<void> {
  await showAttention('what the answer hangs on', saliency, model, dataset, options);
}

/**
 * Shows where in each image the network found the class that it predicts (see `classActivation`).
 * @throws UserError for a network without global average pooling before its classifier
 */
export async function showClassActivation(
  model: tf.LayersModel,
  dataset: Dataset,
  options: AttentionGridOptions = {},
): Promise<void> {
  await showAttention('where it found its answer', classActivation, model, dataset, options);
}

async function showAttention(
  what: string,
  ask: (model: tf.LayersModel, dataset: Dataset, options: AttentionOptions) => Attention,
  model: tf.LayersModel,
  dataset: Dataset,
  { indices, ...options }: AttentionGridOptions,
): Promise<void> {
  const { from = 'test' } = options;
  const chosen = indices ?? Array.from({ length: Math.min(8, dataset[from].count) }, (_, i) => i);
  const answers = chosen.map((index) => ask(model, dataset, { ...options, index }));
  const images = chosen.map((index) => pictureOf(dataset, from, index));
  await showPictures(
    [
      ...chosen.map((index, i) => ({ ...images[i], caption: className(dataset, from, index) })),
      ...answers.map((answer, i) => ({
        ...overlay(images[i], answer),
        caption: `asked for: ${dataset.classNames[answer.classIndex]}`,
      })),
    ],
    {
      title: `${titleOf(model)} on ${dataset.name}: ${what}, from dark (nothing) to yellow (most)`,
      columns: Math.max(1, chosen.length),
      zoom: 3,
    },
  );
}

function className(dataset: Dataset, from: 'train' | 'test', index: number): string {
  return dataset.classNames[dataset[from].labels[index]];
}

function countOf(shown: readonly unknown[], all: readonly unknown[]): string {
  return shown.length < all.length ? `${shown.length} of ${all.length}` : `${all.length}`;
}

type Size = Pick<Maps, 'height' | 'width'>;

function painted({ height, width }: Size, colour: (i: number) => readonly number[]): Picture {
  const pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) pixels.set(colour(i), 3 * i);
  return { pixels, height, width, channels: 3 };
}

/** Red, green and blue weights as the colour that the filter responds to. */
function colourFilter(map: Float32Array, size: Size): Picture {
  const largest = largestOf(map);
  return painted(size, (i) => [0, 1, 2].map((c) => Math.round(127.5 + (127.5 * map[3 * i + c]) / largest)));
}

function signedMap(map: Float32Array, size: Size): Picture {
  const largest = largestOf(map);
  return painted(size, (i) => signed(map[i] / largest));
}

function brightMap(map: Float32Array, { height, width }: Size): Picture {
  const smallest = map.reduce((least, value) => Math.min(least, value), Infinity);
  const range = map.reduce((most, value) => Math.max(most, value), -Infinity) - smallest || 1;
  const pixels = Uint8Array.from(map, (value) => Math.round((255 * (value - smallest)) / range));
  return { pixels, height, width, channels: 1 };
}

/** A map over its image: the image in grey, with more colour where the map is larger. */
function overlay(image: Picture, { values, height, width }: Attention): Picture {
  const [lowest, largest] = [Math.max(0, Math.min(...values)), Math.max(...values)];
  return painted({ height, width }, (i) => {
    const pixel = image.pixels.subarray(i * image.channels, (i + 1) * image.channels);
    const grey = pixel.reduce((sum, value) => sum + value, 0) / image.channels;
    const share = largest > lowest ? Math.max(0, values[i] - lowest) / (largest - lowest) : 0;
    return blend([grey, grey, grey], heat(share), 0.25 + 0.6 * share);
  });
}

/** The largest absolute value; 1 if all values are zero. */
function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
}
