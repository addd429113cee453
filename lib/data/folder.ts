/** Reads a folder of JPEG or PNG images: train/<class>/<image> and test/<class>/<image>. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { expectReadableFile, failedTo, isFolder, namesIn } from './files';
import { type ImageSize, isJpegOrPng, statedSize } from './image-header';
import { counted, grouped } from './text';
import type { ImageSet } from './types';

/** The images of one split, found but not yet read. */
export interface ImageFiles {
  readonly files: readonly string[];
  /** Class number of each file. */
  readonly labels: Uint8Array;
}

export interface ImageFolder {
  readonly classNames: readonly string[];
  readonly train: ImageFiles;
  readonly test: ImageFiles;
}

const MAX_CLASSES = 256;
const CHANNELS = 3;

/** Decoding takes 15 bytes a pixel for a moment (three bytes from TensorFlow, and three int32 in tfjs): 1.5 GB. */
const MAX_PIXELS = 100e6;

/** Files that operating systems leave in folders. */
const CLUTTER = new Set(['Thumbs.db', 'desktop.ini']);

/** Names in code-unit order, the same in every locale. */
function listNames(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => !name.startsWith('.') && !CLUTTER.has(name))
    .sort();
}

/** Whether `folder` is laid out as images with train/ and test/. */
export function isImageFolder(folder: string): boolean {
  return isFolder(path.join(folder, 'train')) && isFolder(path.join(folder, 'test'));
}

function listClasses(split: string): string[] {
  const names = listNames(split);
  const stray = names.find((name) => !isFolder(path.join(split, name)));
  if (stray !== undefined) {
    throw new UserError(
      `${path.join(split, stray)} is not a folder; expected one folder for each class in ${split}.`,
    );
  }
  if (names.length < 2 || names.length > MAX_CLASSES) {
    throw new UserError(
      `${split} has ${counted(names.length, 'class folder')}; expected 2 to ${MAX_CLASSES}, one for each class.`,
    );
  }
  return names;
}

function listImages(split: string, classNames: readonly string[]): ImageFiles {
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, className] of classNames.entries()) {
    const folder = path.join(split, className);
    const names = listNames(folder);
    if (names.length === 0) {
      throw new UserError(`${folder} is empty; expected at least one JPEG or PNG image of the class.`);
    }
    for (const name of names) {
      const file = path.join(folder, name);
      if (!/\.(jpe?g|png)$/i.test(name)) {
        throw new UserError(`${file} is not an image by its name; expected .jpg, .jpeg or .png.`);
      }
      files.push(file);
      labels.push(label);
    }
  }
  return { files, labels: Uint8Array.from(labels) };
}

/**
 * Lists a folder of images. The class names are the names of the folders, sorted.
 * @throws UserError that names the file or folder that breaks the layout
 */
export function listImageFolder(folder: string): ImageFolder {
  const trainFolder = path.join(folder, 'train');
  const testFolder = path.join(folder, 'test');
  const classNames = listClasses(trainFolder);
  const testClasses = listClasses(testFolder);
  const onlyTrain = classNames.filter((name) => !testClasses.includes(name));
  const onlyTest = testClasses.filter((name) => !classNames.includes(name));
  if (onlyTrain.length > 0 || onlyTest.length > 0) {
    const differences = [
      ...onlyTrain.map((name) => `"${name}" is only in train/`),
      ...onlyTest.map((name) => `"${name}" is only in test/`),
    ];
    throw new UserError(
      `${folder}: train/ and test/ must have the same class folders; ${differences.join(', ')}.`,
    );
  }
  return {
    classNames,
    train: listImages(trainFolder, classNames),
    test: listImages(testFolder, classNames),
  };
}

interface Decoded {
  readonly height: number;
  readonly width: number;
  readonly pixels: ArrayLike<number>;
}

/**
 * Decodes an image to red, green and blue bytes: grey becomes three equal channels, transparency is dropped,
 * and 16-bit channels become 8-bit.
 */
async function decode(file: string, size: ImageSize | undefined): Promise<Decoded> {
  expectReadableFile(file);
  let bytes: Buffer;
  try {
    bytes = await fs.promises.readFile(file);
  } catch (error) {
    throw failedTo('read', file, error);
  }
  if (!isJpegOrPng(bytes)) {
    throw new UserError(
      `${file} is not an image (${counted(bytes.length, 'byte')}); expected JPEG or PNG content.`,
    );
  }
  const stated = statedSize(bytes);
  if (stated && stated[0] * stated[1] > MAX_PIXELS) {
    throw new UserError(
      `${file} has ${stated.map(grouped).join(' x ')} pixels (height x width); ` +
        `expected at most ${grouped(MAX_PIXELS)} in all. Scale it down, or remove it.`,
    );
  }
  const image = tf.tidy(() => {
    let decoded: tf.Tensor3D;
    try {
      decoded = tf.node.decodeImage(bytes, CHANNELS) as tf.Tensor3D;
    } catch (error) {
      // TensorFlow's own words come after a line with the number of the status.
      const reason = /^Message: (.*)$/m.exec(messageOf(error))?.[1] ?? messageOf(error).split('\n')[0];
      throw new UserError(`${file} cannot be decoded; expected a whole JPEG or PNG image (${reason}).`);
    }
    if (!size || (decoded.shape[0] === size[0] && decoded.shape[1] === size[1])) return decoded;
    const resized = tf.image.resizeBilinear(decoded, [size[0], size[1]], false, true);
    return tf.cast(tf.round(resized), 'int32');
  });
  try {
    return { height: image.shape[0], width: image.shape[1], pixels: image.dataSync() };
  } finally {
    image.dispose();
  }
}

/**
 * Reads the chosen images.
 * @param indices which of `files`, in the order of the result
 * @param size [height, width] to resize all to (bilinear). Without it, all must have the same size
 * @param like an image read before; these must have its size
 * @returns images uint8 [indices.length, height, width, 3], and the first file with its size
 * @throws UserError that names the file that cannot be read, or the first two whose sizes differ
 */
export async function readImages(
  { files, labels }: ImageFiles,
  indices: Uint32Array,
  size?: ImageSize,
  like?: SizedFile,
): Promise<{ set: ImageSet; first: SizedFile }> {
  let first = like;
  let images = new Uint8Array(0);
  const chosenLabels = new Uint8Array(indices.length);
  for (const [i, index] of indices.entries()) {
    const file = files[index];
    const { height, width, pixels } = await decode(file, size);
    first ??= { file, height, width };
    if (height !== first.height || width !== first.width) {
      throw new UserError(
        `${first.file} is ${first.height}x${first.width} and ${file} is ${height}x${width} (height x width); ` +
          `expected one size. Give imageSize: [height, width] to resize all.`,
      );
    }
    const length = height * width * CHANNELS;
    if (i === 0) images = new Uint8Array(indices.length * length);
    images.set(pixels, i * length);
    chosenLabels[i] = labels[index];
  }
  if (!first) throw new RangeError('No images chosen');
  return { set: { images, labels: chosenLabels, count: indices.length }, first };
}

/** An image file and its size, for messages. */
export interface SizedFile {
  readonly file: string;
  readonly height: number;
  readonly width: number;
}
