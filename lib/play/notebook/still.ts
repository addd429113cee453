/** What the page shows at first, as a still picture for viewers that can't show the page. */
import type { Dataset } from '../../data/types';
import { inputBatch } from '../../evaluate/input-batch';
import { probabilitiesOf } from '../../evaluate/losses';
import { trainedWith } from '../../evaluate/trained-with';
import { featureMaps, type Maps } from '../../inspect';
import { outputShape } from '../../models/costs';
import { titleOf } from '../../models/registry';
import { encodePng } from '../../runtime/png';
import { tf } from '../../runtime/tensorflow';
import { percent } from '../../show/format';
import { escapeHtml } from '../../show/html';
import { grid, ink } from '../../show/palette';

/** Pixels of the drawing. */
const size = { width: 760, row: 196, gap: 12, picture: 160, maps: 96 };
/** How many classes, layers and maps of a layer there is room for. */
const most = { classes: 5, layers: 3, maps: 4 };
const bar = '#0072B2';

/**
 * An SVG file: the picture, for each network its likeliest classes, and some of its maps.
 * @param models whose classes are `classNames`, each in its place
 * @param index of the picture, among the test images
 */
export async function stillSvg(
  models: readonly tf.LayersModel[],
  classNames: readonly (readonly string[])[],
  dataset: Dataset,
  index: number,
): Promise<string> {
  const rows: string[] = [];
  for (const [place, model] of models.entries()) {
    const left = size.picture + 24;
    const parts = [
      text(left, 12, titleOf(model), 'font-size="14"'),
      ...bars(probabilities(model, dataset, index), classNames[place]).map((part) => moved(part, left, 30)),
    ];
    for (const [i, maps] of mapsOf(model, dataset, index).entries()) {
      parts.push(moved(await mapsSvg(maps), left + 236 + i * (size.maps + size.gap), 30));
    }
    rows.push(moved(parts.join(''), 0, place * size.row));
  }
  const [height, width, channels] = dataset.imageShape;
  const pixels = dataset.test.images.subarray(
    index * height * width * channels,
    (index + 1) * height * width * channels,
  );
  const picture = await image(pixels, [height, width, channels], size.picture);
  const total = models.length * size.row - 20;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${total}" width="${size.width}" ` +
    `height="${total}" font-family="system-ui,sans-serif" font-size="12" fill="${ink}">${picture}${rows.join('')}</svg>`
  );
}

function probabilities(model: tf.LayersModel, { test, imageShape }: Dataset, index: number): Float32Array {
  const { normalisation, loss } = trainedWith(model);
  return tf.tidy(() => {
    const value = model.predict(inputBatch(test, [index], { imageShape, normalisation })) as tf.Tensor;
    return probabilitiesOf(loss, { value, logits: null }).dataSync<'float32'>();
  });
}

/** A line for each of the likeliest classes. */
function bars(values: Float32Array, names: readonly string[]): string[] {
  const likeliest = Array.from(values, (value, i) => ({ value, name: names[i] }))
    .sort((a, b) => b.value - a.value)
    .slice(0, most.classes);
  return likeliest.map(({ value, name }, i) => {
    const y = i * 26;
    return (
      text(0, y + 12, name) +
      `<rect x="80" y="${y + 2}" width="84" height="12" fill="${grid}"/>` +
      `<rect x="80" y="${y + 2}" width="${(84 * value).toFixed(1)}" height="12" fill="${bar}"/>` +
      text(214, y + 12, percent(value), 'text-anchor="end"')
    );
  });
}

/** Maps of a few layers, from the first to the last that has any. */
function mapsOf(model: tf.LayersModel, dataset: Dataset, index: number): Maps[] {
  const layers = model.layers.filter(
    (layer) => layer.getClassName() !== 'InputLayer' && outputShape(layer).length === 3,
  );
  const count = Math.min(most.layers, layers.length);
  return Array.from({ length: count }, (_, i) => {
    const layer = layers[Math.round((i * (layers.length - 1)) / Math.max(1, count - 1))];
    return featureMaps(model, dataset, layer.name, { index });
  });
}

/** The layer's name, and its first maps in a square; black is a map's smallest value, white its largest. */
async function mapsSvg({ layer, maps, height, width }: Maps): Promise<string> {
  const side = size.maps / 2 - 2;
  const drawn = await Promise.all(
    maps.slice(0, most.maps).map(async (map, i) => {
      const picture = await image(grey(map), [height, width, 1], side);
      return moved(picture, (i % 2) * (side + 4), Math.floor(i / 2) * (side + 4));
    }),
  );
  const name = layer.length > 15 ? `${layer.slice(0, 14)}…` : layer;
  return drawn.join('') + text(0, size.maps + 16, name);
}

function grey(map: Float32Array): Uint8Array {
  const least = map.reduce((a, b) => Math.min(a, b));
  const range = map.reduce((a, b) => Math.max(a, b)) - least || 1;
  return Uint8Array.from(map, (value) => Math.round((255 * (value - least)) / range));
}

/** Pixels in a square, whatever their shape. */
async function image(
  pixels: Uint8Array,
  shape: readonly [number, number, number],
  side: number,
): Promise<string> {
  const png = Buffer.from(await encodePng(pixels, shape)).toString('base64');
  return (
    `<image width="${side}" height="${side}" href="data:image/png;base64,${png}" ` +
    'style="image-rendering:pixelated"/>'
  );
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeHtml(content)}</text>`;
}

function moved(part: string, x: number, y: number): string {
  return `<g transform="translate(${x} ${y})">${part}</g>`;
}
