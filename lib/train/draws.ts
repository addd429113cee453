import { Random } from '../data/random';
import type { tf } from '../runtime/tensorflow';
import { stream } from './order';

const key = 'trainedSteps';

/** How many steps a network was trained for so far, recorded in the metadata that tfjs saves with it. */
export function trainedSteps(model: tf.LayersModel): number {
  const metadata = model.getUserDefinedMetadata() as { readonly [key]?: number } | undefined;
  return metadata?.[key] ?? 0;
}

export function noteTrainedSteps(model: tf.LayersModel, steps: number): void {
  const others = model.getUserDefinedMetadata() as object | undefined;
  model.setUserDefinedMetadata({ ...others, [key]: steps });
}

/**
 * The seed for the order of the images, dropout's masks and augmentation. It is the recipe's for a fresh network.
 * A network that was trained before would see the same order, masks and crops again, so for it the seed is mixed
 * with the number of steps it was trained for.
 */
export function drawSeed(seed: number, stepsBefore: number): number {
  return stepsBefore === 0 ? seed : new Random(seed, stream.continued, stepsBefore).uint32();
}
