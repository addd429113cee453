import { summary } from '../models/summary';
import { titleOf } from '../models/registry';
import { describeRecipe } from '../recipe';
import type { Evaluation } from '../runs/evaluation';
import type { tf } from '../runtime/tensorflow';
import { trainedEpochs, type History } from '../runs/history';

/** What a network costs and, if it was trained and measured, what it achieved: a row of a comparison. */
export interface NetworkResult {
  readonly network: string;
  /** Number of layers with weights on the longest path. */
  readonly depth: number;
  readonly parameters: number;
  /** Multiplications for one image, each with its addition. */
  readonly multiplyAdds: number;
  /** Side length, in pixels, of the region of the image that a value of the last feature map depends on. */
  readonly receptiveField: number;
  /** Name of the dataset on which it was measured. */
  readonly dataset?: string;
  /** Fraction of the measured images, usually that dataset's test images, that are classified correctly. */
  readonly accuracy?: number;
  /** Standard deviation of the accuracy over seeds, if it is a mean over several. */
  readonly deviation?: number;
  /** How it was trained, as `describeRecipe` says it. */
  readonly recipe?: string;
  readonly learningRate?: number;
  readonly epochs?: number;
  /** Seconds of training. */
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
}

export interface ResultOptions {
  history?: History;
  evaluation?: Evaluation;
  /** Defaults to the network's title. For a variant: the title, a comma and what is different. */
  name?: string;
}

/** A network's row in a comparison, with the results of training and evaluation if given. */
export function networkResult(model: tf.LayersModel, options: ResultOptions = {}): NetworkResult {
  const { history, evaluation, name = titleOf(model) } = options;
  const { depth, parameters, multiplyAdds, receptiveField } = summary(model);
  return {
    network: name,
    ...{ depth, parameters, multiplyAdds, receptiveField },
    ...(evaluation && { dataset: evaluation.dataset, accuracy: evaluation.accuracy }),
    ...(history && {
      recipe: describeRecipe(history.recipe),
      learningRate: history.recipe.optimizer.learningRate,
      epochs: trainedEpochs(history),
      seconds: history.seconds,
      imagesPerSecond: history.images / history.seconds,
    }),
  };
}
