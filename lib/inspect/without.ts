import type { Dataset } from '../data/types';
import type { Evaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { evaluate } from '../evaluate/evaluate';

/**
 * Measures a network on the test set as if some of its batch normalisations put out nothing but zeros, and with them
 * all that comes to the rest of the network through them alone: a block's residual, a branch. The weights stay as they
 * are.
 * @param layerNames names of batch normalisations, as in the summary
 * @throws UserError for a name that no batch normalisation has
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

/** The output is γ·(x − mean)/deviation + β: zero where γ and β are. */
function silence(layer: tf.layers.Layer, [gamma, beta, ...moving]: readonly tf.Tensor[]): void {
  tf.tidy(() => {
    layer.setWeights([tf.zerosLike(gamma), tf.zerosLike(beta), ...moving]);
  });
}

function normalisationNamed(model: tf.LayersModel, name: string): tf.layers.Layer {
  const normalisations = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');
  const found = normalisations.find((layer) => layer.name === name);
  if (found) return found;
  const known = normalisations.map((layer) => layer.name).join(', ') || 'none at all';
  throw new UserError(`"${model.name}" has no batch normalisation "${name}". It has ${known}.`);
}
