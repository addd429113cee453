import type { Loss, Normalisation } from '../recipe';
import { crossEntropy } from '../recipe';
import type { tf } from '../runtime/tensorflow';

/** What a trained network has to be measured with: the numbers it takes, and what those that it gives mean. */
export interface TrainedWith {
  readonly normalisation: Normalisation | null;
  readonly loss: Loss;
}

const key = 'trainedWith';

/**
 * Notes it with the model, in the metadata that tfjs saves along: a network that is measured on pixels of another
 * scale than it was trained on gives numbers that look like results.
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
