import type { tf } from '../runtime/tensorflow';

export interface LeafLayer {
  readonly layer: tf.layers.Layer;
  /** False if the layer is frozen, or a model around it is: as in Keras, freezing a model freezes all that is in it. */
  readonly trainable: boolean;
  /** Names of the nested models around the layer, outermost first; empty for a layer of the model itself. */
  readonly within: readonly string[];
}

/**
 * The layers of a model that are not models themselves, those of nested models included, in the order of the model. A
 * layer that several nested models share is listed once, where it comes first, and is frozen if one of them is.
 */
export function leafLayers(model: tf.LayersModel): LeafLayer[] {
  const found = new Map<tf.layers.Layer, LeafLayer>();
  const visit = (container: tf.LayersModel, within: readonly string[], around: boolean): void => {
    for (const layer of container.layers) {
      const trainable = around && layer.trainable;
      if (isModel(layer)) {
        visit(layer, [...within, layer.name], trainable);
      } else {
        const before = found.get(layer) ?? { layer, trainable, within };
        found.set(layer, { ...before, trainable: before.trainable && trainable });
      }
    }
  };
  visit(model, [], model.trainable);
  return [...found.values()];
}

/** Whether a layer is a model, sequential or functional, used as a layer. */
export function isModel(layer: tf.layers.Layer): layer is tf.LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}
