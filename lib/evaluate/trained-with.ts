import type { Loss, Normalisation } from '../recipe';
import { crossEntropy } from '../recipe';
import type { tf } from '../runtime/tensorflow';

/** What measuring a trained network requires: how its pixels are scaled, and which loss its outputs are for. */
export interface TrainedWith {
  readonly normalisation: Normalisation | null;
  readonly loss: Loss;
}

const key = 'trainedWith';

/**
 * Stores it in the model's metadata, which tfjs saves with the model. A network measured on pixels of another scale than
 * it was trained on gives numbers that look like results.
 */
export function noteTrainedWith(model: tf.LayersModel, { normalisation, loss }: TrainedWith): void {
  const others = model.getUserDefinedMetadata() as object | undefined;
  model.setUserDefinedMetadata({ ...others, [key]: { normalisation, loss } });
}

/** @returns pixels from 0 to 1, and cross-entropy from probabilities, for a model that was never trained here */
export function trainedWith(model: tf.LayersModel): TrainedWith {
  const metadata = model.getUserDefinedMetadata() as { readonly [key]?: TrainedWith } | undefined;
  return metadata?.[key] ?? { normalisation: null, loss: crossEntropy() };
}
