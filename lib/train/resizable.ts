/** Whether a network can be trained on smaller images with the weights that it has. */
import type { Dataset } from '../data/types';
import { modelInputs } from '../models/model-inputs';
import { titleOf } from '../models/registry';
import { layerCalls, Misfit } from '../models/shapes';
import { sidesOf, type Recipe } from '../recipe';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

/** @throws UserError that names the first layer that cannot take such images, and the sides that the network takes */
export function checkResizable(model: tf.LayersModel, { resizing }: Recipe, dataset: Dataset): void {
  for (const side of sidesOf(resizing)) {
    const misfit = misfitAt(model, dataset, side);
    if (!misfit) continue;
    const [full] = dataset.imageShape;
    const smaller = Array.from({ length: full - 1 }, (_, i) => i + 1);
    const fitting = smaller.filter((each) => !misfitAt(model, dataset, each));
    throw new UserError(
      `${titleOf(model)} cannot be trained on images of ${side}×${side}, as resizing asks for: its layer ` +
        `"${misfit.layer.name}" (${misfit.layer.getClassName()}) ${misfit.reason}. ` +
        (fitting.length > 0
          ? `Sides that it can take below ${full}: ${fitting.join(', ')}.`
          : `It takes no side below ${full}: leave resizing out, or take a network that ends in a global pooling.`),
    );
  }
}

function misfitAt(model: tf.LayersModel, { imageShape, train }: Dataset, side: number): Misfit | null {
  const shapes = modelInputs(model, train.inputs).map(({ isImages, shape }) =>
    isImages ? [side, side, imageShape[2]] : [...shape],
  );
  try {
    layerCalls(model, shapes);
    return null;
  } catch (error) {
    if (error instanceof Misfit) return error;
    throw error;
  }
}
