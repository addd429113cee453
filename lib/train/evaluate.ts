import { batchTensor } from '../data/batch';
import type { Dataset, ImageSet } from '../data/types';
import { titleOf } from '../models/registry';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';
import { classReports, confusionMatrix, type ClassReport } from './metrics';
import { allIndices } from './order';

export interface EvaluateOptions {
  /** Which images. The test set unless told. */
  on?: 'test' | 'train';
  /** How many images go through the network at once; changes the speed and nothing else. */
  batchSize?: number;
}

/** How a trained network does on a set of images. Arrays run over the images in the order of the set. */
export interface Evaluation {
  readonly network: string;
  readonly dataset: string;
  readonly on: 'test' | 'train';
  readonly loss: number;
  readonly accuracy: number;
  /** The most probable class of each image. */
  readonly predictions: Uint8Array;
  /** The probability the network gave to that class. */
  readonly confidences: Float32Array;
  /** Counts; rows for the true class, columns for the predicted one. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  readonly classes: readonly ClassReport[];
}

/**
 * Measures a network on images, with dropout off and batch normalisation on its moving statistics.
 * @throws UserError if the network does not fit the dataset, or when interrupted: half a result is none
 */
export async function evaluate(
  model: tf.LayersModel,
  dataset: Dataset,
  { on = 'test', batchSize }: EvaluateOptions = {},
): Promise<Evaluation> {
  checkFit(model, dataset);
  const set = dataset[on];
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  try {
    const measured = await measure(model, set, allIndices(set.count), dataset.imageShape, {
      batchSize,
      stopped: () => interrupted,
    });
    if (!measured) throw new UserError('The evaluation was interrupted. Run it again for a result.');
    const { loss, accuracy, predictions, confidences } = measured;
    const confusion = confusionMatrix(set.labels, predictions, dataset.classNames.length);
    return {
      network: titleOf(model),
      dataset: dataset.name,
      on,
      loss,
      accuracy,
      predictions,
      confidences,
      confusion,
      classNames: dataset.classNames,
      classes: classReports(confusion, dataset.classNames),
    };
  } finally {
    forget();
  }
}

export interface Measured {
  readonly loss: number;
  readonly accuracy: number;
  readonly predictions: Uint8Array;
  readonly confidences: Float32Array;
}

/**
 * Loss and predictions for the images at `indices`, in that order.
 * @returns undefined if `stopped` said so before the last batch
 */
export async function measure(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  imageShape: readonly [number, number, number],
  { batchSize = 250, stopped = () => false }: { batchSize?: number; stopped?: () => boolean } = {},
): Promise<Measured | undefined> {
  const predictions = new Uint8Array(indices.length);
  const confidences = new Float32Array(indices.length);
  let loss = 0;
  let correct = 0;
  for (let from = 0; from < indices.length; from += batchSize) {
    // Lets an interrupt arrive: the tensor work itself never gives way.
    await tf.nextFrame();
    if (stopped()) return undefined;
    const batch = indices.subarray(from, from + batchSize);
    const probabilities = tf.tidy(() => {
      const output = model.predictOnBatch(batchTensor(set, batch, imageShape)) as tf.Tensor2D;
      return output.dataSync();
    });
    const classes = probabilities.length / batch.length;
    batch.forEach((index, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const best = indexOfLargest(row);
      const label = set.labels[index];
      predictions[from + i] = best;
      confidences[from + i] = row[best];
      loss += crossEntropy(row[label]);
      if (best === label) correct++;
    });
  }
  return {
    loss: loss / indices.length + regularisation(model),
    accuracy: correct / indices.length,
    predictions,
    confidences,
  };
}

/** Keras, and tfjs after it, keep probabilities this far from 0 and 1 before taking the logarithm. */
const smallest = 1e-7;

function crossEntropy(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, smallest), 1 - smallest));
}

/** Penalties on weights are part of every loss that Keras reports, also of the one for validation. */
function regularisation(model: tf.LayersModel): number {
  return tf.tidy(() => model.calculateLosses().reduce((total, penalty) => total + penalty.dataSync()[0], 0));
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * Checks that images of `dataset` go in, and that its classes come out.
 * @throws UserError that says which of the two is wrong
 */
export function checkFit(model: tf.LayersModel, dataset: Dataset): void {
  const input = model.inputs[0].shape.slice(1).join('×');
  const images = dataset.imageShape.join('×');
  if (input !== images) {
    throw new UserError(
      `"${model.name}" takes images of ${input}, but those of ${dataset.name} are ${images}. ` +
        'Build it with { inputShape: dataset.imageShape }.',
    );
  }
  const outputs = model.outputs[0].shape[1];
  const classes = dataset.classNames.length;
  if (outputs !== classes) {
    throw new UserError(
      `"${model.name}" tells ${outputs ?? 'an unknown number of'} classes apart, but ${dataset.name} has ` +
        `${classes}. Build it with { classes: dataset.classNames.length }.`,
    );
  }
}
