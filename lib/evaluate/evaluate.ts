import { counted } from '../data/text';
import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import type { CustomMetric, Loss } from '../recipe';
import type { Evaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import { measure } from './measure';
import { classReports, confusionMatrix } from './metrics';
import { allIndices } from '../data/subset';
import type { RunOptions } from '../runs/run-folder';
import { writeEvaluation } from '../runs/test-result';
import { trainedWith } from './trained-with';

export interface EvaluateOptions {
  /** Which images. Defaults to the test set. */
  on?: 'test' | 'train';
  /** How many images go through the network at once; changes the speed and nothing else. */
  batchSize?: number;
  /** Defaults to the loss that the network was trained with. */
  loss?: Loss;
  /** Defaults to the metrics that the network was trained with. */
  metrics?: readonly CustomMetric[];
  /** Keeps the result in the folder of this run, for its row in the table of results; only for the test set. */
  run?: string | Pick<RunOptions, 'name' | 'folder'>;
}

/**
 * Measures a network on a set of images, with the loss and the normalisation that it was trained with. Dropout is off,
 * and batch normalisation uses its moving statistics.
 * @throws UserError if the network does not fit the dataset, if the code of a user's own loss or metric is not at hand, or
 *   if interrupted: there are no partial results
 */
export async function evaluate(
  model: tf.LayersModel,
  dataset: Dataset,
  { on = 'test', batchSize, run, ...by }: EvaluateOptions = {},
): Promise<Evaluation> {
  checkFit(model, dataset);
  const set = dataset[on];
  const { normalisation, loss, metrics } = trainedWith(model);
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  try {
    const measured = await measure(model, set, allIndices(set.count), {
      normalisation,
      loss: by.loss ?? loss,
      metrics: by.metrics ?? metrics,
      imageShape: dataset.imageShape,
      batchSize,
      stopped: () => interrupted,
    });
    if (!measured) throw new UserError('The evaluation was interrupted. Run it again for a result.');
    const { predictions } = measured;
    const confusion = confusionMatrix(set.labels, predictions, dataset.classNames.length);
    const evaluation: Evaluation = {
      network: titleOf(model),
      dataset: dataset.name,
      on,
      ...measured,
      confusion,
      classNames: dataset.classNames,
      classes: classReports(confusion, dataset.classNames),
    };
    if (run !== undefined) await writeEvaluation(run, dataset, evaluation);
    return evaluation;
  } finally {
    forget();
  }
}

/** The number of values of a byte: labels are stored as bytes, see `ImageSet`. */
const maxClasses = 256;

/**
 * Checks that a model takes the images of `dataset` and has an output for each of its classes.
 * @throws UserError that says which of the two is wrong
 */
export function checkFit(model: tf.LayersModel, dataset: Dataset): void {
  const { inputs } = model;
  if (inputs.length !== 1 || model.outputs.length !== 1) {
    throw new UserError(
      `"${model.name}" has ${counted(inputs.length, 'input')} and ${counted(model.outputs.length, 'output')}; expected ` +
        'one of each: an image goes in, and its class comes out.',
    );
  }
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
  if (classes > maxClasses) {
    throw new UserError(
      `${dataset.name} has ${classes} classes; expected at most ${maxClasses}, since a label is one byte.`,
    );
  }
  if (outputs !== classes) {
    throw new UserError(
      `"${model.name}" tells ${outputs ?? 'an unknown number of'} classes apart, but ${dataset.name} has ` +
        `${classes}. Build it with { classes: dataset.classNames.length }.`,
    );
  }
}
