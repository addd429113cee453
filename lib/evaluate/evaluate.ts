import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import type { CustomMetric, Loss } from '../recipe';
import type { Evaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import { checkFit } from './fit';
import { measureViews } from './measure';
import { classReports, confusionMatrix } from './metrics';
import { allIndices } from '../data/subset';
import type { RunOptions } from '../runs/run-folder';
import { resultKeeper } from '../runs/test-result';
import { trainedWith } from './trained-with';
import { viewsOf, type Views, type ViewsName } from './views';

/** What is known beside a result. */
export interface EvaluationSubject {
  readonly model: tf.LayersModel;
  readonly dataset: Dataset;
  /** The folder of the run that keeps the result; null if none does. */
  readonly folder: string | null;
}

/** Functions called with results. `evaluate` waits for the promises they return. */
export interface EvaluateCallbacks {
  onEvaluation?(evaluation: Evaluation, subject: EvaluationSubject): void | Promise<void>;
}

export interface EvaluateOptions {
  /** Which images. Defaults to the test set. */
  on?: 'test' | 'train';
  /** How many images go through the network at once; changes the speed and nothing else. */
  batchSize?: number;
  /** Defaults to the loss that the network was trained with. */
  loss?: Loss;
  /** Defaults to the metrics that the network was trained with. */
  metrics?: readonly CustomMetric[];
  /**
   * Which versions of each image the network is shown, whose outputs are averaged. The result has what it makes of the images
   * alone in any case, and what it makes of all views together beside it. Defaults to the image alone.
   */
  views?: ViewsName | Views;
  /** Keeps the result in the folder of this run, for its row in the table of results; only for the test set. */
  run?: string | Pick<RunOptions, 'name' | 'folder'>;
  /** Called with the result, one after another, once the run has it. */
  callbacks?: readonly EvaluateCallbacks[];
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
  { on = 'test', batchSize, run, views = 'single', callbacks = [], ...by }: EvaluateOptions = {},
): Promise<Evaluation> {
  checkFit(model, dataset);
  const shown = viewsOf(views, dataset.imageShape);
  const set = dataset[on];
  const { normalisation, loss, metrics, outputWeights } = trainedWith(model);
  const keeper = run === undefined ? null : resultKeeper(run, dataset, on);
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  try {
    const measured = await measureViews(model, set, allIndices(set.count), {
      normalisation,
      loss: by.loss ?? loss,
      metrics: by.metrics ?? metrics,
      outputWeights,
      imageShape: dataset.imageShape,
      batchSize,
      views: shown,
      stopped: () => interrupted,
    });
    if (!measured) throw new UserError('The evaluation was interrupted. Run it again for a result.');
    const { single, together } = measured;
    const { predictions } = single;
    const confusion = confusionMatrix(set.labels, predictions, dataset.classNames.length);
    const evaluation: Evaluation = {
      network: titleOf(model),
      dataset: dataset.name,
      on,
      ...single,
      ...(shown.views.length > 1 && { views: { name: shown.name, ...together } }),
      confusion,
      classNames: dataset.classNames,
      classes: classReports(confusion, dataset.classNames),
    };
    await keeper?.write(evaluation);
    const folder = keeper?.folder ?? null;
    for (const each of callbacks) await each.onEvaluation?.(evaluation, { model, dataset, folder });
    return evaluation;
  } finally {
    forget();
  }
}
