import type { tf } from '../runtime/tensorflow';
import { titleOf } from './registry';
import { activationBytes, multiplyAdds, outputShape, product, sum } from './costs';
import { geometry, type Geometry } from './geometry';
import { check } from '../runtime/check';

/** One layer of a network: a row of its summary. */
export interface LayerRow {
  layer: string;
  /** The layer's class: Conv2D, Dense, … */
  type: string;
  /** Without the batch axis: height, width and channels, or the number of units. */
  outputShape: readonly number[];
  parameters: number;
  /** Multiply-adds for one image; only convolutions and dense layers count. */
  multiplyAdds: number;
  /** Memory of the output for a batch, in bytes. */
  activationBytes: number;
}

export interface ModelSummary extends Geometry {
  name: string;
  /** As `titleOf` has it: `VGG16, width 0.25`. */
  title: string;
  rows: readonly LayerRow[];
  parameters: number;
  /** Parameters that the optimizer updates. */
  trainable: number;
  /** Parameters that gradients do not update: batch normalisation's moving means and variances. */
  nonTrainable: number;
  multiplyAdds: number;
  /** Number of images that `activationBytes` is for. */
  batchSize: number;
  /** Memory of all outputs for a batch, in bytes: what a training step keeps for the backward pass. */
  activationBytes: number;
}

export interface SummaryOptions {
  /** Number of images to count the memory for. Defaults to 1. */
  batchSize?: number;
}

/** The layers of a network and what they cost; parameters are counted as Keras does. */
export function summary(model: tf.LayersModel, { batchSize = 1 }: SummaryOptions = {}): ModelSummary {
  check(
    Number.isInteger(batchSize) && batchSize >= 1,
    'batchSize',
    batchSize,
    'a whole number of at least 1',
  );
  const rows = model.layers.map((layer) => row(layer, batchSize));
  const nonTrainable = count(model.nonTrainableWeights);
  const trainable = count(model.trainableWeights);
  return {
    name: model.name,
    title: titleOf(model),
    rows,
    parameters: trainable + nonTrainable,
    trainable,
    nonTrainable,
    multiplyAdds: sum(rows.map((each) => each.multiplyAdds)),
    batchSize,
    activationBytes: sum(rows.map((each) => each.activationBytes)),
    ...geometry(model),
  };
}

function row(layer: tf.layers.Layer, batchSize: number): LayerRow {
  return {
    layer: layer.name,
    type: layer.getClassName(),
    outputShape: outputShape(layer),
    parameters: layer.countParams(),
    multiplyAdds: multiplyAdds(layer),
    activationBytes: activationBytes(layer, batchSize),
  };
}

function count(weights: tf.LayersModel['weights']): number {
  return sum(weights.map((weight) => product(weight.shape as number[])));
}
