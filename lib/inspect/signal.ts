import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { checkFit } from '../evaluate/fit';
import { firstBatch, inTrainingMode } from './training-mode';

/** How large the numbers in a network are, layer by layer. */
export interface SignalScales {
  readonly network: string;
  readonly dataset: string;
  /** Number of images in the batch. */
  readonly images: number;
  /** In the order of the network. */
  readonly layers: readonly LayerScale[];
}

export interface LayerScale {
  readonly layer: string;
  /** Standard deviation of the layer's output, over images, positions and channels. */
  readonly deviation: number;
}

export interface SignalOptions {
  /** Number of images in the batch. Defaults to 32. */
  readonly images?: number;
  /** Names of the layers to measure. Defaults to those with a kernel. */
  readonly layers?: readonly string[];
}

/**
 * Passes the first training images through the network once and measures the layers' outputs. Batch normalisation works
 * as in training; dropout is off. Leaves the weights unchanged.
 * @throws UserError if there is no such layer, or there are not that many images
 */
export function signalScales(
  model: tf.LayersModel,
  dataset: Dataset,
  { images = 32, layers }: SignalOptions = {},
): SignalScales {
  checkFit(model, dataset);
  const measured = layers?.map((name) => layerNamed(model, name)) ?? model.layers.filter(hasKernel);
  const deviations = inTrainingMode(model, () => {
    const probe = tf.model({
      inputs: model.inputs,
      outputs: measured.map((layer) => layer.output as tf.SymbolicTensor),
    });
    const outputs = probe.apply(firstBatch(model, dataset, images), { training: true });
    return [outputs].flat().map(
      (output) =>
        tf
          .moments(output as tf.Tensor)
          .variance.sqrt()
          .dataSync()[0],
    );
  });
  return {
    network: titleOf(model),
    dataset: dataset.name,
    images,
    layers: measured.map(({ name }, i) => ({ layer: name, deviation: deviations[i] })),
  };
}

function hasKernel(layer: tf.layers.Layer): boolean {
  return layer.trainableWeights.some(({ originalName }) => originalName.endsWith('/kernel'));
}

function layerNamed(model: tf.LayersModel, name: string): tf.layers.Layer {
  const found = model.layers.find((layer) => layer.name === name);
  if (found) return found;
  const known = model.layers.map((layer) => layer.name).join(', ');
  throw new UserError(`"${model.name}" has no layer "${name}". Its layers: ${known}.`);
}
