/**
 * What sets a model apart from its network as the authors had it, for titles: `width 0.25`. It is kept beside the model
 * and not in it, so that runs and files are the same with and without it.
 */
import type { tf } from '../runtime/tensorflow';

const variants = new WeakMap<object, string>();

/** @returns undefined for a network of its usual width, and for one that was loaded from a file */
export function variantOf(model: object): string | undefined {
  return variants.get(model);
}

/** Names what is different about a model; undefined: nothing. @returns the model */
export function asVariant<Model extends tf.LayersModel>(model: Model, variant: string | undefined): Model {
  if (variant === undefined) variants.delete(model);
  else variants.set(model, variant);
  return model;
}

/** Names a model's width, unless it is the usual one. @returns the model */
export function ofWidth<Model extends tf.LayersModel>(model: Model, width: number): Model {
  return asVariant(model, width === 1 ? undefined : `width ${width}`);
}
