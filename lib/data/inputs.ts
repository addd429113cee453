/** What goes into a network beside the images. */
import { createHash } from 'node:crypto';
import { check } from '../runtime/check';
import { UserError } from '../runtime/errors';
import { grouped } from './text';
import type { Dataset, ImageInput, ImageInputs, ImageSet } from './types';

/** An input for the images of each split. */
export interface SplitInputs {
  /** One array for each image of `dataset.train`. */
  readonly train: ImageInputs;
  /** The same names and shapes for the images of `dataset.test`. */
  readonly test: ImageInputs;
}

/**
 * A dataset with further inputs for networks that take more than an image: a network finds its inputs by the names of its
 * `tf.input({ name, shape })`; the one whose name none of these has takes the images.
 *
 * Take subsets first: the arrays belong to exactly the images that the dataset has. Runs record a digest of them.
 * @throws UserError if an array does not have as many numbers as its shape and the images ask for, or has one that is not
 *   finite; or if the splits differ in names or shapes
 */
export function withInputs(dataset: Dataset, { train, test }: SplitInputs): Dataset {
  for (const [split, inputs] of [
    ['train', train],
    ['test', test],
  ] as const) {
    for (const [name, input] of Object.entries(inputs)) checkInput(`${split}.${name}`, input, dataset[split]);
  }
  const [ours, theirs] = [described(train), described(test)];
  if (ours !== theirs) {
    throw new UserError(
      `The training images have the inputs ${ours}, the test images ${theirs}. Give both the same.`,
    );
  }
  const { kind, location, note } = dataset.source;
  let digest: string | undefined;
  return {
    ...dataset,
    train: { ...dataset.train, inputs: { ...dataset.train.inputs, ...train } },
    test: { ...dataset.test, inputs: { ...dataset.test.inputs, ...test } },
    source: {
      kind,
      location,
      ...(note !== undefined && { note }),
      get digest() {
        digest ??= digestOf(dataset.source.digest, [train, test]);
        return digest;
      },
    },
  };
}

function checkInput(path: string, { shape, values }: ImageInput, { count }: ImageSet): void {
  const sizes = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 1);
  check(sizes, `${path}.shape`, shape, 'a list of whole numbers of at least 1');
  check(values instanceof Float32Array, `${path}.values`, values, 'a Float32Array');
  const expected = count * sizeOf({ shape });
  if (values.length !== expected) {
    throw new UserError(
      `${path}.values has ${grouped(values.length)} numbers; expected ${grouped(expected)}: ` +
        `[${shape.join(', ')}] for each of ${grouped(count)} images.`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  check(wrong < 0, `${path}.values[${wrong}]`, values[wrong], 'a finite number');
}

/** Names and shapes, the names in alphabetical order: `size [2], year [1]`. */
function described(inputs: ImageInputs): string {
  const all = Object.entries(inputs).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  return all.length === 0 ? 'none' : all.sort().join(', ');
}

function digestOf(images: string, splits: readonly ImageInputs[]): string {
  const hash = createHash('sha256').update(images);
  for (const inputs of splits) {
    for (const name of Object.keys(inputs).sort()) {
      const { shape, values } = inputs[name];
      hash.update(JSON.stringify({ name, shape }));
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest('hex');
}

/** The inputs of the images at `indices`, in a copy. */
export function takeInputs(inputs: ImageInputs, indices: Uint32Array): ImageInputs {
  const taken = Object.entries(inputs).map(([name, { shape, values }]) => {
    const size = sizeOf({ shape });
    const copy = new Float32Array(indices.length * size);
    indices.forEach((from, to) => {
      copy.set(values.subarray(from * size, (from + 1) * size), to * size);
    });
    return [name, { shape, values: copy }] as const;
  });
  return Object.fromEntries(taken);
}

function sizeOf({ shape }: Pick<ImageInput, 'shape'>): number {
  return shape.reduce((size, side) => size * side, 1);
}
