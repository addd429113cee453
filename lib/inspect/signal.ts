import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { checkFit } from '../evaluate/evaluate';
import { firstBatch, inTrainingMode } from './training-mode';

/** How large the numbers are that pass through a network. */
export interface SignalScales {
  readonly network: string;
  readonly dataset: string;
  /** Images in the batch. */
  readonly images: number;
  /** In the order of the network. */
  readonly layers: readonly LayerScale[];
}

export interface LayerScale {
  readonly layer: string;
  /** Standard deviation of the layer's output, over images, places and channels. */
  readonly deviation: number;
}

export interface SignalOptions {
  /** 32 unless told. */
  readonly images?: number;
  /** Names of the layers to measure. Those with a kernel unless told. */
  readonly layers?: readonly string[];
}

/**
 * Passes the first training images through the network once, with batch normalisation as in training and without
 * dropout, and measures what layers put out. The weights stay as they are.
 * @throws UserError for a layer that is not there, or more images than there are
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
  throw new UserError(`"${model.name}" has no layer "${name}". It has ${known}.`);
}
