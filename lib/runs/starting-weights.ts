/** Whether a model holds the weights that its run expects. */
import { weightsDigest } from '../models/weights/digest';
import type { tf } from '../runtime/tensorflow';

/** For each model of this process that a run has trained: the run's folder, and a digest of the weights at its end. */
const leftWith = new WeakMap<tf.LayersModel, { readonly folder: string; readonly weights: string }>();

/** Remembers the weights that the run in `folder` leaves in the model. */
export function noteWeightsLeft(folder: string, model: tf.LayersModel): void {
  leftWith.set(model, { folder, weights: weightsDigest(model) });
}

/**
 * @returns digest of the weights that the run in `folder` left in the model; undefined if it was not the last to train
 *   it
 */
export function weightsLeftBy(folder: string, model: tf.LayersModel): string | undefined {
  const left = leftWith.get(model);
  return left?.folder === folder ? left.weights : undefined;
}

/**
 * @param began digest of the weights that the run began with
 * @param held digest of those that the model holds
 * @param continues whether there is a checkpoint to continue from
 */
export function otherWeights(name: string, began: string, held: string, continues: boolean): string {
  const [there, here] = [began, held].map((digest) => digest.slice(0, 12));
  return (
    `The run "${name}" began with other weights (${there}) than the network holds (${here}): ` +
    (continues
      ? "the network now gets the run's weights instead. To train its own, choose another name, or start the run " +
        'afresh with resume: false (in a terminal --fresh).'
      : 'it starts afresh with these.')
  );
}
