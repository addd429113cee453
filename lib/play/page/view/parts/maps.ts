/** Draws values: maps as pixels in the palette, pictures in their own colours. */
import type { Pixels } from '../../engine/types';
import { palette, shadeIndex } from './colours';

/** A layer's output as it is drawn: maps, or a list of units that is wrapped into rows. */
export interface Output {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Whether it is a list, and not maps. */
  readonly isList: boolean;
}

/** @param shape [height, width, channels] or [units] */
export function outputOf(values: Float32Array, shape: readonly number[]): Output {
  if (shape.length === 3) {
    const [height, width, channels] = shape;
    return { values, height, width, channels, isList: false };
  }
  return { values, height: 1, width: 1, channels: values.length, isList: true };
}

/** The largest size of a value in a map, or in all of them. */
export function largestIn({ values, channels }: Output, channel?: number): number {
  let largest = 0;
  const step = channel === undefined ? 1 : channels;
  for (let i = channel ?? 0; i < values.length; i += step) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

const scratch = new Map<string, { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D }>();

/** A canvas to paint pixels on before they are enlarged; the same one for each size. */
function scratchOf(
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const key = `${width}×${height}`;
  let found = scratch.get(key);
  if (!found) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    found = { canvas, context: canvas.getContext('2d')! };
    scratch.set(key, found);
  }
  return found;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a channel's map into a place of a canvas. */
export function drawMap(
  context: CanvasRenderingContext2D,
  output: Output,
  channel: number,
  place: Place,
  largest = largestIn(output, channel),
): void {
  const { values, height, width, channels } = output;
  drawCells(context, (i) => values[i * channels + channel], { width, height }, place, largest);
}

/** Draws a list of values as a grid of cells, row by row. */
export function drawList(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  columns: number,
  place: Place,
  largest: number,
): void {
  const rows = Math.ceil(values.length / columns);
  drawCells(context, (i) => values[i] ?? 0, { width: columns, height: rows }, place, largest);
}

function drawCells(
  context: CanvasRenderingContext2D,
  valueAt: (index: number) => number,
  { width, height }: { readonly width: number; readonly height: number },
  place: Place,
  largest: number,
): void {
  const colours = palette.value;
  const small = scratchOf(width, height);
  const image = small.context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[shadeIndex(valueAt(i), largest)];
  small.context.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, place.x, place.y, place.width, place.height);
}

/** Draws the border of a map, which is else lost where its values are zero. */
export function outline(context: CanvasRenderingContext2D, { x, y, width, height }: Place): void {
  context.strokeStyle = 'rgba(128, 122, 112, 0.35)';
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
}

/** Draws an image in its own colours; without colours, in greys. */
export function drawPixels(context: CanvasRenderingContext2D, pixels: Pixels, place: Place): void {
  const { width, height, channels, values } = pixels;
  const small = scratchOf(width, height);
  const image = small.context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++)
      image.data[i * 4 + c] = values[i * channels + Math.min(c, channels - 1)] * 255;
    image.data[i * 4 + 3] = 255;
  }
  small.context.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, place.x, place.y, place.width, place.height);
}

/** Columns of the grid that a list is wrapped into, for a place of this shape. */
export function columnsFor(count: number, { width, height }: Pick<Place, 'width' | 'height'>): number {
  return Math.max(1, Math.min(count, Math.round(Math.sqrt((count * width) / height))));
}
