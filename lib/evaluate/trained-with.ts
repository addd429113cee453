import type { CustomMetric, Loss, Normalisation } from '../recipe';
import { crossEntropy } from '../recipe';
import type { tf } from '../runtime/tensorflow';

/**
 * What measuring a trained network requires: how its pixels are scaled, which loss its outputs are for, and what else it is
 * measured by.
 */
export interface TrainedWith {
  readonly normalisation: Normalisation | null;
  readonly loss: Loss;
  readonly metrics: readonly CustomMetric[];
  /** How much each output counts in the loss; null if all count alike. */
  readonly outputWeights: readonly number[] | null;
}

const key = 'trainedWith';

/** As it is stored: without metrics or weights of outputs if there are none. */
type Stored = Omit<TrainedWith, 'metrics' | 'outputWeights'> & Partial<TrainedWith>;

/**
 * Stores it in the model's metadata, which tfjs saves with the model. A network measured on pixels of another scale than
 * it was trained on gives numbers that look like results.
 */
export function noteTrainedWith(
  model: tf.LayersModel,
  { normalisation, loss, metrics = [], outputWeights = null }: Stored,
): void {
  const others = model.getUserDefinedMetadata() as object | undefined;
  const stored: Stored = {
    normalisation,
    loss,
    ...(metrics.length > 0 && { metrics }),
    ...(outputWeights && { outputWeights }),
  };
  model.setUserDefinedMetadata({ ...others, [key]: stored });
}

/** False for a model that was never trained here, of which nothing says what its images go through. */
export function knowsItsTraining(model: tf.LayersModel): boolean {
  return storedIn(model) !== undefined;
}

/** @returns pixels from 0 to 1, and cross-entropy from probabilities, for a model that was never trained here */
export function trainedWith(model: tf.LayersModel): TrainedWith {
  return {
    metrics: [],
    outputWeights: null,
    ...(storedIn(model) ?? { normalisation: null, loss: crossEntropy() }),
  };
}

function storedIn(model: tf.LayersModel): Stored | undefined {
  return (model.getUserDefinedMetadata() as { readonly [key]?: Stored } | undefined)?.[key];
}
