import type { Dataset } from '../data/types';
import type { Evaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { evaluate } from '../evaluate/evaluate';

/**
 * Measures a network on the test set with the outputs of some of its batch normalisations set to zero, which switches
 * off whatever reaches the rest of the network only through them: a block's residual, a branch. Leaves the weights
 * unchanged.
 * @param layerNames names of batch normalisations, as in the summary
 * @throws UserError if there is no batch normalisation of that name
 */
export async function evaluateWithout(
  model: tf.LayersModel,
  dataset: Dataset,
  layerNames: readonly string[],
): Promise<Evaluation> {
  const layers = layerNames.map((name) => normalisationNamed(model, name));
  const before = layers.map((layer) => layer.getWeights().map((weight) => weight.clone()));
  try {
    layers.forEach((layer, i) => {
      silence(layer, before[i]);
    });
    return await evaluate(model, dataset);
  } finally {
    layers.forEach((layer, i) => {
      layer.setWeights(before[i]);
    });
    tf.dispose(before);
  }
}

/**
 * The output is γ·(x − mean)/√variance + β, so it is zero if γ and β are. One that was built without γ (`scale: false`) is
 * silenced by an infinite variance.
 */
function silence(layer: tf.layers.Layer, weights: readonly tf.Tensor[]): void {
  const names = layer.weights.map(({ originalName }) => originalName.split('/').at(-1) ?? '');
  const hasScale = names.includes('gamma');
  tf.tidy(() => {
    const silent = weights.map((weight, i) => {
      if (names[i] === 'gamma' || names[i] === 'beta') return tf.zerosLike(weight);
      return names[i] === 'moving_variance' && !hasScale ? tf.fill(weight.shape, Infinity) : weight;
    });
    layer.setWeights(silent);
  });
}

function normalisationNamed(model: tf.LayersModel, name: string): tf.layers.Layer {
  const normalisations = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');
  const found = normalisations.find((layer) => layer.name === name);
  if (found) return found;
  const known = normalisations.map((layer) => layer.name).join(', ') || 'none';
  throw new UserError(
    `"${model.name}" has no batch normalisation "${name}". Its batch normalisations: ${known}.`,
  );
}
