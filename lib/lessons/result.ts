import { summary } from '../models/summary';
import { titleOf } from '../models/registry';
import type { Evaluation } from '../runs/evaluation';
import type { tf } from '../runtime/tensorflow';
import type { History } from '../runs/history';

/** What a network costs and, where it was trained and measured, what that came to: a row of a comparison. */
export interface NetworkResult {
  readonly network: string;
  /** Weighted layers on the longest way. */
  readonly depth: number;
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  /** Pixels along one side that a value of the last feature map sees. */
  readonly receptiveField: number;
  /** The dataset of the measurement. */
  readonly dataset?: string;
  /** Share of that dataset's test images, or of what else was measured. */
  readonly accuracy?: number;
  /** Standard deviation of the accuracy over seeds, where it is a mean over several. */
  readonly deviation?: number;
  readonly epochs?: number;
  /** Spent on training. */
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
}

export interface ResultOptions {
  history?: History;
  evaluation?: Evaluation;
  /** What to call it. The network's title unless told; for a variant, the title, a comma and what is different. */
  name?: string;
}

/** Gathers a network's row, with what training and measuring came to where that is given. */
export function networkResult(model: tf.LayersModel, options: ResultOptions = {}): NetworkResult {
  const { history, evaluation, name = titleOf(model) } = options;
  const { depth, parameters, multiplyAdds, receptiveField } = summary(model);
  return {
    network: name,
    ...{ depth, parameters, multiplyAdds, receptiveField },
    ...(evaluation && { dataset: evaluation.dataset, accuracy: evaluation.accuracy }),
    ...(history && {
      epochs: history.epochs.length,
      seconds: history.seconds,
      imagesPerSecond: history.images / history.seconds,
    }),
  };
}
