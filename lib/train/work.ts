/** How much arithmetic a training took. */
import { networkMultiplyAdds } from '../models/costs';
import { modelInputs } from '../models/model-inputs';
import { sideInEpoch } from '../recipe';
import type { History } from '../runs/history';
import type { tf } from '../runtime/tensorflow';

/** An image goes forward once, and back for the gradients of each layer's input and of its weights. */
const passes = 3;

/**
 * Floating-point operations of all training steps, in PFLOP (10^15): two for each multiplication with its addition, which
 * are counted at the size that the images of each epoch had (see `multiplyAdds` for what is left out). By convention the
 * way back costs twice the way forward, although nothing needs the gradient of the images and frozen weights need none.
 * Validation is not training.
 * @param model the network that was trained
 */
export function trainingPetaflops(
  model: tf.LayersModel,
  { epochs, images, recipe }: Pick<History, 'epochs' | 'images' | 'recipe'>,
): number {
  const rows = epochs.map(({ seconds, imagesPerSecond, side = null }) => ({
    images: Math.round(seconds * imagesPerSecond),
    side,
  }));
  const unfinished = images - rows.reduce((total, row) => total + row.images, 0);
  const all = [...rows, { images: unfinished, side: sideInEpoch(recipe, epochs.length + 1) }];
  const perImage = new Map(all.map(({ side }) => [side, multiplyAddsAt(model, side)]));
  const multiplyAdds = all.reduce((total, row) => total + row.images * (perImage.get(row.side) ?? 0), 0);
  return (2 * passes * multiplyAdds) / 1e15;
}

function multiplyAddsAt(model: tf.LayersModel, side: number | null): number {
  if (side === null) return networkMultiplyAdds(model);
  return networkMultiplyAdds(
    model,
    modelInputs(model).map(({ shape: [, , channels] }) => [side, side, channels]),
  );
}
