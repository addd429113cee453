/** What each input of a model takes. */
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

export interface ModelInput {
  readonly name: string;
  /** Without the number of images. */
  readonly shape: readonly number[];
  /** Whether it takes the images; otherwise it takes the array of its name. */
  readonly isImages: boolean;
}

/**
 * Matches a model's inputs, by their names, with the arrays that come beside the images.
 * @param arrays their shapes for one image, by name; those that no input is named after are left out
 * @returns the model's inputs in its own order
 * @throws UserError unless exactly one input is left for the images, and each other has its array's shape
 */
export function modelInputs(
  model: tf.LayersModel,
  arrays: Readonly<Record<string, { readonly shape: readonly number[] }>> = {},
): readonly ModelInput[] {
  const inputs = model.inputs.map((input, i) => {
    const name = model.inputNames[i];
    const isImages = !Object.hasOwn(arrays, name);
    return { name, shape: input.shape.slice(1) as number[], isImages };
  });
  const listed = (all: readonly { readonly name: string; readonly shape: readonly number[] }[]): string =>
    all.map(({ name, shape }) => `"${name}" [${shape.join(', ')}]`).join(', ') || 'none';
  const given = Object.entries(arrays).map(([name, { shape }]) => ({ name, shape }));
  if (inputs.filter(({ isImages }) => isImages).length !== 1) {
    throw new UserError(
      `"${model.name}" has the inputs ${listed(inputs)}, and beside the images the dataset has ${listed(given)}. Name all ` +
        'inputs but that of the images after arrays of the dataset: tf.input({ name, shape }), and withInputs(dataset, …).',
    );
  }
  for (const { name, shape, isImages } of inputs) {
    if (isImages || shape.join() === arrays[name].shape.join()) continue;
    throw new UserError(
      `The input "${name}" of "${model.name}" takes [${shape.join(', ')}] for each image, but the dataset's array of this ` +
        `name has [${arrays[name].shape.join(', ')}].`,
    );
  }
  return inputs;
}
