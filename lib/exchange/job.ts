/** What scripts/keras/write_model.py is given: a network, its weights, and what it answers to a few images. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { inputBatch } from '../evaluate/input-batch';
import { getNamed } from '../models/weights/named';
import { tf } from '../runtime/tensorflow';
import { checkImages } from './check-images';
import { imageShapeOf, type Preprocessing } from './preprocessing';
import { describeForKeras } from './to-keras';

/** The formats that Python writes. */
export type PythonFormat = 'keras' | 'savedmodel' | 'onnx';

/** An array in one of the .bin files, which hold one after another. */
interface ArrayEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'uint8';
}

interface NumberArray extends ArrayEntry {
  readonly values: Float32Array | Uint8Array;
}

/**
 * Writes job.json and its arrays into a folder.
 * @param target the name, in the folder, of what is to be written
 * @throws UserError if the network has something that Keras lacks
 */
export async function writeJob(
  folder: string,
  model: tf.LayersModel,
  to: PythonFormat,
  target: string,
  serving: Preprocessing,
): Promise<void> {
  const network = describeForKeras(model);
  const weights = [...getNamed(model)].map(
    ([name, { shape, values }]): NumberArray => ({ name, shape, values, dtype: 'float32' }),
  );
  const { inputs, outputs } = questions(model, to !== 'keras', serving);
  const arrays = { weights, inputs, outputs };
  const lists = Object.entries(arrays).map(([which, each]) => [
    which,
    each.map(({ name, shape, dtype }): ArrayEntry => ({ name, shape, dtype })),
  ]);
  const job = { to, target, network, serving, ...(Object.fromEntries(lists) as object) };
  await fs.writeFile(path.join(folder, 'job.json'), JSON.stringify(job));
  for (const [which, each] of Object.entries(arrays)) {
    const bytes = each.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    await fs.writeFile(path.join(folder, `${which}.bin`), Buffer.concat(bytes));
  }
}

interface Questions {
  readonly inputs: readonly NumberArray[];
  readonly outputs: readonly NumberArray[];
}

/** @param asBytes whether images go in as bytes and probabilities come out; otherwise both are as the network has them */
function questions(
  model: tf.LayersModel,
  asBytes: boolean,
  { mean, deviation, logits }: Preprocessing,
): Questions {
  const imageShape = imageShapeOf(model);
  const set = imageShape && checkImages(imageShape);
  const of = (tensors: readonly tf.Tensor[]): NumberArray[] => tensors.map(arrayOf);
  const asked: { inputs: NumberArray[]; outputs: NumberArray[] } = { inputs: [], outputs: [] };
  tf.tidy(() => {
    const given =
      imageShape && set
        ? [inputBatch(set, [...set.labels.keys()], { imageShape, normalisation: { mean, deviation } })]
        : model.inputs.map(({ shape }) => noise(shape));
    const answers = [model.predictOnBatch(given)].flat();
    asked.inputs = of(given);
    asked.outputs = of(asBytes && logits ? answers.map((answer) => answer.softmax()) : answers);
  });
  if (!asBytes || !imageShape || !set) return asked;
  const { images: values, count } = set;
  return { ...asked, inputs: [{ name: '0', dtype: 'uint8', shape: [count, ...imageShape], values }] };
}

/** From 0 to 1, always the same. An open side gets a length of 16. */
function noise(shape: tf.Shape): tf.Tensor {
  const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 4 : 16));
  return tf.randomUniform(sizes, 0, 1, 'float32', 1);
}

function arrayOf(tensor: tf.Tensor, position: number): NumberArray {
  const values = tensor.dataSync<'float32'>();
  return { name: String(position), dtype: 'float32', shape: tensor.shape, values };
}
