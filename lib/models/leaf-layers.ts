import type { tf } from '../runtime/tensorflow';

export interface LeafLayer {
  readonly layer: tf.layers.Layer;
  /** False if the layer is frozen, or a model around it is: as in Keras, freezing a model freezes all that is in it. */
  readonly trainable: boolean;
}

/** The layers of a model that are not models themselves, those of nested models included; each once. */
export function leafLayers(model: tf.LayersModel): LeafLayer[] {
  const found = new Map<tf.layers.Layer, boolean>();
  const visit = (layer: tf.layers.Layer, around: boolean): void => {
    const trainable = around && layer.trainable;
    if (isModel(layer)) for (const inner of layer.layers) visit(inner, trainable);
    else found.set(layer, trainable && (found.get(layer) ?? true));
  };
  visit(model, true);
  return [...found].map(([layer, trainable]) => ({ layer, trainable }));
}

/** Whether a layer is a model, sequential or functional, used as a layer. */
export function isModel(layer: tf.layers.Layer): layer is tf.LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}
