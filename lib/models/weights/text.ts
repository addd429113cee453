/**
 * weights.txt: every trainable weight of a network as readable text, in three parts: name, shape and values.
 *
 *     c1/kernel:0
 *     (5, 5, 3, 6)
 *     [[[[0.04532719 -0.1125409 …]
 *        …]]]
 *
 * That is what Python prints for a TensorFlow variable's `name`, `shape` and `numpy()`, except that each row is one
 * line, however long, and that every number has enough digits, at most nine, to restore its float32 exactly.
 */
import * as fs from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../runtime/errors';
import { tf } from '../../runtime/tensorflow';
import { product } from '../costs';
import { keyed } from './keys';
import { setNamed, type NamedArray, type NamedArrays } from './named';
import { replaceFile } from './replace';

/**
 * Writes weights.txt. Only one weight at a time is in memory, and its text in pieces, so a large network needs no
 * more memory than its largest layer. The file appears under its name once it is complete. It holds the weights as
 * they were at the call, even if training goes on meanwhile.
 */
export async function saveWeightsText(model: tf.LayersModel, file: string): Promise<void> {
  const weights = keyed(model, model.trainableWeights).map(({ key, weight }) => ({
    name: key,
    // Shares the weight's memory until training replaces that.
    tensor: weight.read().clone(),
  }));
  try {
    await replaceFile(file, (temporary) =>
      pipeline(Readable.from(pieces(weights)), fs.createWriteStream(temporary)),
    );
  } finally {
    for (const { tensor } of weights) tensor.dispose();
  }
}

/** Reads weights.txt into the network's trainable weights. Unless all match in name and shape, nothing is changed. */
export async function loadWeightsText(model: tf.LayersModel, file: string): Promise<void> {
  setNamed(model, model.trainableWeights, await readWeightsText(file), file);
}

/** Long enough that the stream's bookkeeping costs little compared with formatting the digits. */
const pieceLength = 1 << 16;

function* pieces(weights: readonly { name: string; tensor: tf.Tensor }[]): Generator<string> {
  for (const { name, tensor } of weights) {
    const { shape } = tensor;
    yield `${name}:0\n${shapeText(shape)}\n`;
    let piece = '';
    for (const line of lines(tensor.dataSync() as Float32Array, shape)) {
      piece += line;
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }
}

/** As Python writes a tuple: a single number keeps its comma. */
function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
}

/** The rows along the last axis, in the nested brackets of numpy. */
function* lines(values: Float32Array, shape: readonly number[]): Generator<string> {
  const row = shape.at(-1) ?? 1;
  for (let start = 0; start < values.length; start += row) {
    const opened = edges(start, shape);
    const closed = edges(start + row, shape);
    const numbers = Array.from(values.subarray(start, start + row), float32Text).join(' ');
    yield `${' '.repeat(shape.length - opened)}${'['.repeat(opened)}${numbers}${']'.repeat(closed)}\n`;
  }
}

/** How many axes begin or end at `offset`: those whose size, times that of all later axes, divides it. */
function edges(offset: number, shape: readonly number[]): number {
  let size = 1;
  let axes = 0;
  for (const length of [...shape].reverse()) {
    size *= length;
    if (offset % size === 0) axes++;
  }
  return axes;
}

/** 7, 8 or 9 digits, the fewest that read back as the same float32; nine always do. */
function float32Text(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  for (const digits of [7, 8]) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}

const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

/** Reads a weights.txt, including one in which Python broke rows into several lines. */
export async function readWeightsText(file: string): Promise<NamedArrays> {
  const arrays = new Map<string, NamedArray>();
  let name = '';
  let current: NamedArray | undefined;
  let filled = 0;
  let number = 0;
  const broken = (expected: string, line: string): UserError => {
    const found = line.length > 40 ? `${line.slice(0, 40)}…` : line;
    return new UserError(`${file}, line ${number}: expected ${expected}, found "${found}".`);
  };
  for await (const line of createInterface({ input: fs.createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (name === '') {
      name = line.trim().replace(/:0$/, '');
    } else if (current === undefined) {
      const shape = /^\(([\d, ]*)\)$/.exec(line.trim())?.[1];
      if (shape === undefined) throw broken('a shape such as (5, 5, 3, 6)', line);
      const sizes = shape.split(',').filter((size) => size.trim() !== '');
      const values = new Float32Array(product(sizes.map(Number)));
      current = { shape: sizes.map(Number), values };
      filled = 0;
    } else {
      for (const text of line.split(/[\s[\]]+/)) {
        if (text === '') continue;
        const value = special[text] ?? Number(text);
        if (Number.isNaN(value) && text !== 'nan') throw broken('numbers', line);
        if (filled === current.values.length) throw broken(`no more than ${filled} values`, line);
        current.values[filled++] = value;
      }
      if (filled < current.values.length) continue;
      arrays.set(name, current);
      current = undefined;
      name = '';
    }
  }
  if (name !== '') throw new UserError(`${file} ends in the middle of "${name}". Write it again.`);
  return arrays;
}
