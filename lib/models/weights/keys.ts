import type { tf } from '../../runtime/tensorflow';
import { leafLayers } from '../leaf-layers';

export type Weight = tf.LayersModel['weights'][number];

/** A weight under the one name by which files, checkpoints and the graph know it. */
export interface KeyedWeight {
  readonly key: string;
  readonly weight: Weight;
}

/**
 * The key of each weight of a model, by the weight's `id`; no two weights have the same.
 *
 * A key is `layer/weight` (`conv/kernel`), the name that Keras and tfjs share, wherever only one weight of the model
 * has that name. Nested models may repeat the names of each other's layers: then the key also names the models around
 * the layer, `encoder/conv/kernel`. If even that is taken, because a layer's own name has a slash in it, a number
 * follows. Which key a weight gets depends on the model's structure alone, not on what is frozen.
 *
 * scripts/keras/export_weights.py names a Keras model's weights by the same rule.
 */
export function weightKeys(model: tf.LayersModel): ReadonlyMap<number, string> {
  const all = new Map<number, { name: string; path: string }>();
  for (const { layer, within } of leafLayers(model)) {
    for (const { id, originalName } of layer.weights) {
      if (!all.has(id)) all.set(id, { name: originalName, path: [...within, originalName].join('/') });
    }
  }
  const uses = new Map<string, number>();
  for (const { name } of all.values()) uses.set(name, (uses.get(name) ?? 0) + 1);

  const taken = new Set([...uses].filter(([, count]) => count === 1).map(([name]) => name));
  const free = (path: string): string => {
    let key = path;
    for (let number = 2; taken.has(key); number++) key = `${path}_${number}`;
    taken.add(key);
    return key;
  };
  return new Map(
    [...all].map(([id, { name, path }]) => [id, uses.get(name) === 1 ? name : free(path)] as const),
  );
}

/**
 * Some or all of a model's weights with their keys. A weight that tfjs lists twice, since two nested models share its
 * layer, is there once.
 */
export function keyed(model: tf.LayersModel, weights: readonly Weight[] = model.weights): KeyedWeight[] {
  const keys = weightKeys(model);
  return [...new Map(weights.map((weight) => [weight.id, weight])).values()].map((weight) => {
    const key = keys.get(weight.id);
    if (key === undefined) throw new Error(`"${weight.originalName}" is no weight of "${model.name}"`);
    return { key, weight };
  });
}
