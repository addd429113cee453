import { patchCovariance, whiteningFilters } from '../data/patches';
import { allIndices } from '../data/subset';
import type { Dataset } from '../data/types';
import { whitening, type Normalisation, type Recipe, type Whitening } from '../recipe';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { divide } from './validation';

export interface WhitenOptions extends Partial<Whitening> {
  /** How pixels are standardised before the network gets them. Defaults to null: not at all. */
  readonly normalisation?: Normalisation | null;
  /** The training images to choose from. Defaults to all. */
  readonly indices?: Uint32Array;
}

/**
 * Gives the network's first convolution filters that whiten patches of the training images, and makes its kernel
 * untrainable; see `Whitening`. `train` does it by itself where the recipe says so. The same images give the same filters
 * on every machine.
 * @throws UserError if the network does not begin with a convolution that such filters fit
 */
export function whiten(model: tf.LayersModel, dataset: Dataset, options: WhitenOptions = {}): void {
  const { normalisation = null, indices = allIndices(dataset.train.count), ...settings } = options;
  const { images, epsilon } = whitening(settings);
  const kernel = firstKernel(model);
  const [side, , , filters] = kernel.shape as [number, number, number, number];
  const chosen = { side, normalisation, indices: indices.subarray(0, images) };
  const covariance = patchCovariance(dataset.train, dataset.imageShape, chosen);
  const positive = whiteningFilters(covariance, epsilon).slice(0, filters / 2);
  const all = [...positive, ...positive.map((filter) => filter.map((value) => -value))];
  const values = Float32Array.from({ length: covariance.length * filters }, (_, i) => {
    return all[i % filters][Math.floor(i / filters)];
  });
  setValues(kernel, values);
  kernel.trainable = false;
}

/**
 * Whitens the network if the recipe says so, by the images that it is trained on.
 * @returns undoes it
 */
export function whitenFor(model: tf.LayersModel, dataset: Dataset, recipe: Recipe): () => void {
  const { whitening: settings, normalisation, validation } = recipe;
  if (!settings) return () => undefined;
  const kernel = firstKernel(model);
  const { trainable } = kernel;
  const values = kernel.read().dataSync().slice();
  whiten(model, dataset, { ...settings, normalisation, indices: divide(dataset, validation).train });
  return () => {
    setValues(kernel, values);
    kernel.trainable = trainable;
  };
}

function setValues(weight: tf.LayerVariable, values: tf.TypedArray): void {
  tf.tidy(() => {
    weight.write(tf.tensor(values, weight.shape as number[]));
  });
}

/** The kernel of the convolution that takes the images. */
function firstKernel(model: tf.LayersModel): tf.LayerVariable {
  const refuse = (reason: string): never => {
    throw new UserError(
      `"${model.name}" can't be whitened: ${reason}. Set whitening to null, or begin with a convolution of k×k pixels ` +
        'with an even number of filters, at most 2·k·k times the channels of the image.',
    );
  };
  const first = model.layers.find((layer) => {
    const [node] = layer.inboundNodes;
    return layer.getClassName() === 'Conv2D' && model.inputs.includes(node.inputTensors[0]);
  });
  if (!first) return refuse('it does not begin with a convolution');
  const kernel = first.weights.find(({ originalName }) => originalName.endsWith('/kernel'));
  if (!kernel) throw new Error(`"${first.name}" has no kernel`);
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
  if (height !== width) return refuse(`"${first.name}" has a kernel of ${height}×${width}`);
  if (filters % 2 !== 0 || filters > 2 * height * width * channels) {
    return refuse(`"${first.name}" has ${filters} filters for patches of ${height}×${width}×${channels}`);
  }
  return kernel;
}
