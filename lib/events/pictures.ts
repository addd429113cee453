/** What a network confused, as pictures. */
import { confusionMatrix, mistakes } from '../evaluate';
import { shortened } from '../data/text';
import type { Dataset } from '../data/types';
import { colourAt, hex } from '../show/colour';
import { percent } from '../show/format';
import { shareScale } from '../show/palette';
import type { Validated } from '../train';
import { Drawing, type Png } from './drawing';

const ink = { dark: '#202020', light: '#ffffff', faint: '#6a6a6a' } as const;

/** Some images, what a network made of them, and what they are images of. */
export interface Pictured extends Validated {
  readonly dataset: Pick<Dataset, 'classNames' | 'imageShape'>;
  /** For the title: `validation`, `test`. */
  readonly on: string;
}

/** Above so many classes, cells are too many for numbers. */
const mostNumbered = 20;

/** Counts of images: a row for each true class, a column for each predicted one. */
export function confusionPicture(pictured: Pictured): Promise<Png> {
  const { measured, dataset, on } = pictured;
  const { classNames } = dataset;
  const confusion = confusionMatrix(labelsOf(pictured), measured.predictions, classNames.length);
  const numbered = classNames.length <= mostNumbered;
  const cell = numbered ? 36 : 12;
  const size = numbered ? 14 : 10;
  const margin = {
    left: 40 + room(classNames, size),
    top: 56,
    bottom: 40 + room(classNames, size),
    right: 20,
  };
  const side = cell * classNames.length;
  // Wide enough for the title.
  const drawing = new Drawing(
    Math.max(360, margin.left + side + margin.right),
    margin.top + side + margin.bottom,
  );
  title(
    drawing,
    `Confusion matrix, ${measured.predictions.length} ${on} images`,
    `${percent(measured.accuracy)} correct`,
  );
  confusion.forEach((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    row.forEach((count, predicted) => {
      const [left, top] = [margin.left + predicted * cell, margin.top + truth * cell];
      const share = total === 0 ? 0 : count / total;
      const colour = hex(colourAt([shareScale.none, shareScale.all], share));
      drawing.rectangle({ left, top, width: cell - 1, height: cell - 1 }, colour);
      // Zeros would hide the pattern.
      const text = numbered && count > 0 ? String(count) : '';
      const middle = { x: left + cell / 2, y: top + cell / 2 };
      drawing.text({ text, ...middle, size, colour: share > 0.6 ? ink.light : ink.dark });
    });
  });
  classNames.forEach((name, i) => {
    const at = i * cell + cell / 2;
    const text = { text: short(name), size, colour: ink.dark };
    drawing.text({ ...text, x: margin.left - 8, y: margin.top + at, align: 'right' });
    const half = textWidth(short(name), size) / 2;
    drawing.text({ ...text, x: margin.left + at, y: margin.top + side + 10 + half, upwards: true });
  });
  const axis = { size: 14, colour: ink.faint };
  drawing.text({ ...axis, text: 'true class', x: 14, y: margin.top + side / 2, upwards: true });
  drawing.text({ ...axis, text: 'predicted class', x: margin.left + side / 2, y: drawing.height - 14 });
  return drawing.png();
}

/** How many mistakes are shown, in rows of how many. */
const sheet = { most: 20, columns: 4 } as const;

/** About how high an image is drawn, in pixels. */
const imageHeight = 96;

/** In pixels. */
const captionSize = 13;

/** The most confident mistakes, each with what it is and what it was taken for. */
export function mistakesPicture(pictured: Pictured): Promise<Png> {
  const { measured, dataset, on, set, indices } = pictured;
  const { classNames, imageShape } = dataset;
  const [height, width, channels] = imageShape;
  const labels = labelsOf(pictured);
  const wrong = mistakes(measured, labels);
  const shown = wrong.subarray(0, sheet.most);
  const scale = Math.max(1, Math.round(imageHeight / height));
  const captions = Array.from(shown, (position): [string, string] => {
    const taken = short(classNames[measured.predictions[position]]);
    return [short(classNames[labels[position]]), `${taken}, ${percent(measured.confidences[position])}`];
  });
  const widest = Math.max(width * scale, ...captions.map(([, below]) => textWidth(below, captionSize)));
  const box = { width: Math.ceil(widest) + 16, height: height * scale + 54 };
  const rows = Math.max(1, Math.ceil(shown.length / sheet.columns));
  const top = 56;
  const drawing = new Drawing(Math.max(480, sheet.columns * box.width + 20), top + rows * box.height);
  const many = shown.length < wrong.length ? `the ${shown.length} most confident of ${wrong.length}` : 'all';
  title(
    drawing,
    `Mistakes on the ${on} images, ${many}`,
    'the true class; what it was taken for, with which probability',
  );
  shown.forEach((position, i) => {
    const left = 10 + (i % sheet.columns) * box.width;
    const y = top + Math.floor(i / sheet.columns) * box.height;
    const size = height * width * channels;
    const pixels = set.images.subarray(indices[position] * size, (indices[position] + 1) * size);
    const middle = left + box.width / 2;
    const at = { left: Math.round(middle - (width * scale) / 2), top: y, width, height };
    drawing.image(channels === 1 ? inColours(pixels) : pixels, at, scale);
    const [truth, taken] = captions[i];
    const below = y + height * scale;
    drawing.text({ text: truth, x: middle, y: below + 14, size: 14, colour: ink.dark });
    drawing.text({ text: taken, x: middle, y: below + 32, size: captionSize, colour: ink.faint });
  });
  return drawing.png();
}

/** A grey value is as much red, green and blue. */
function inColours(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)]);
}

function title(drawing: Drawing, text: string, below: string): void {
  drawing.text({ text, x: 16, y: 18, align: 'left', size: 18, colour: ink.dark });
  drawing.text({ text: below, x: 16, y: 39, align: 'left', size: 14, colour: ink.faint });
}

function labelsOf({ set, indices }: Pictured): Uint8Array {
  return Uint8Array.from(indices, (index) => set.labels[index]);
}

const longest = 16;

function short(name: string): string {
  return shortened(name, longest);
}

/** About how wide a text is, in pixels. */
function textWidth(text: string, size: number): number {
  return 0.47 * size * text.length;
}

function room(names: readonly string[], size: number): number {
  return Math.ceil(Math.max(...names.map((name) => textWidth(short(name), size))));
}
