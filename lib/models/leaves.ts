import type { tf } from '../runtime/tensorflow';

/** A layer that is not itself a model, and the models it lies in. */
export interface Leaf {
  readonly layer: tf.layers.Layer;
  /** Names of the nested models around the layer, outermost first; empty for a layer of the model itself. */
  readonly within: readonly string[];
}

/**
 * The layers of a model, those of nested models included, in the order of the model. A layer that several nested
 * models share is listed once, where it comes first.
 */
export function leaves(model: tf.LayersModel): Leaf[] {
  const seen = new Set<tf.layers.Layer>();
  const visit = (container: tf.LayersModel, within: readonly string[]): Leaf[] =>
    container.layers.flatMap((layer) => {
      if (isModel(layer)) return visit(layer, [...within, layer.name]);
      if (seen.has(layer)) return [];
      seen.add(layer);
      return [{ layer, within }];
    });
  return visit(model, []);
}

/** Whether a layer is a model of its own, functional or sequential. */
export function isModel(layer: tf.layers.Layer): layer is tf.LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}
