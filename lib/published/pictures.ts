/**
 * Twenty pictures of the built-in sample, stored beside the records: what a network gives for them shows, even without a
 * dataset, that it was loaded as it was saved.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { exists } from '../data/files';
import { sha256 } from '../data/hash';
import { loadDataset } from '../data/load';
import { imageShape } from '../data/release';
import type { ImageSet } from '../data/types';
import { inputBatch } from '../evaluate/input-batch';
import { probabilitiesOf } from '../evaluate/losses';
import { trainedWith } from '../evaluate/trained-with';
import { replaceFile } from '../models/weights/replace';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { publishedFolder, readPublished } from './record-file';

const count = 20;
const [height, width, channels] = imageShape;

/** Bytes of one picture after the other, each 32×32×3. */
const fileName = 'pictures.bin';

export interface Pictures {
  readonly set: ImageSet;
  /** Of the file. */
  readonly sha256: string;
}

/** @throws UserError if the file is missing or has another size */
export function readPictures(folder = publishedFolder): Pictures {
  const size = count * height * width * channels;
  const images = readPublished(path.join(folder, fileName), ({ length }) =>
    length === size ? undefined : `is damaged: it has ${length} bytes, not ${size}`,
  );
  return { set: { images, labels: new Uint8Array(count), count }, sha256: sha256(images) };
}

/** Stores the pictures, unless they are there: what records say of them must stay true. */
export async function ensurePictures(folder = publishedFolder): Promise<Pictures> {
  const file = path.join(folder, fileName);
  if (!exists(file)) {
    const { test } = await loadDataset({ source: 'sample', trainLimit: count, testLimit: count });
    await replaceFile(file, (temporary) => fs.writeFile(temporary, test.images));
  }
  return readPictures(folder);
}

/**
 * What a network gives for the pictures: a row for each, a column for each class.
 * @throws UserError if it takes images of another shape
 */
export function probabilitiesFor(model: tf.LayersModel, { set }: Pictures): number[][] {
  const shape = model.inputs[0].shape.slice(1);
  if (shape.join() !== imageShape.join()) {
    throw new UserError(
      `"${model.name}" takes images of ${shape.join('×')}; only networks for ${imageShape.join('×')} are published with weights.`,
    );
  }
  const { normalisation, loss } = trainedWith(model);
  return tf.tidy(() => {
    const indices = Array.from({ length: count }, (_, i) => i);
    const value = model.predictOnBatch(inputBatch(set, indices, { imageShape, normalisation })) as tf.Tensor;
    return probabilitiesOf(loss, { value, logits: null }).arraySync() as number[][];
  });
}
