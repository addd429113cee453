import { Random } from '../data/random';
import type { tf } from '../runtime/tensorflow';
import { stream } from './order';

const key = 'trainedSteps';

/** How many steps a network has been trained for so far, noted in the metadata that tfjs saves with it. */
export function trainedSteps(model: tf.LayersModel): number {
  const metadata = model.getUserDefinedMetadata() as { readonly [key]?: number } | undefined;
  return metadata?.[key] ?? 0;
}

export function noteTrainedSteps(model: tf.LayersModel, steps: number): void {
  const others = model.getUserDefinedMetadata() as object | undefined;
  model.setUserDefinedMetadata({ ...others, [key]: steps });
}

/**
 * What the order of the images, dropout's masks and augmentation are drawn from: the recipe's seed for a fresh
 * network. One that was trained before would see the same order, masks and crops again, so for it the seed is mixed
 * with the number of steps it has behind it.
 */
export function drawSeed(seed: number, stepsBefore: number): number {
  return stepsBefore === 0 ? seed : new Random(seed, stream.continued, stepsBefore).uint32();
}
