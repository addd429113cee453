/** What a layer is, in the words of a picture's label and of a heading. */
import type { LayerInfo } from '../../engine/types';
import { texts } from '../../texts';

/** A name short enough for a box: `Conv 3×3`, `Max 2×2`, `ReLU`. */
export function shortName(layer: LayerInfo): string {
  const { className, settings } = layer;
  const side = windowOf(layer);
  const named = texts.layers.short as Readonly<Record<string, string | undefined>>;
  if (className === 'Activation') return activationName(String(settings['activation']));
  const name = named[className] ?? className;
  return side === null ? name : `${name} ${side}`;
}

/** `96 maps of 28 × 28`, or `120 units`. */
export function shapeText({ outputShape }: LayerInfo): string {
  if (outputShape.length !== 3) return texts.layers.units(outputShape.reduce((all, side) => all * side, 1));
  const [height, width, channels] = outputShape;
  return texts.layers.maps(channels, height, width);
}

/** The same for a box. */
export function shortShape({ outputShape }: LayerInfo): string {
  if (outputShape.length !== 3) return texts.layers.units(outputShape.reduce((all, side) => all * side, 1));
  const [height, width, channels] = outputShape;
  return texts.layers.shortMaps(channels, height, width);
}

/** The activation that a layer applies to its own sums; null if it has none. */
export function ownActivation({ className, settings }: LayerInfo): string | null {
  const name = settings['activation'];
  if (className === 'Activation' || typeof name !== 'string' || name === 'linear') return null;
  return activationName(name);
}

export function activationName(name: string): string {
  const named = texts.layers.activations as Readonly<Record<string, string | undefined>>;
  return named[name] ?? name;
}

/** What a layer does, in a sentence; null for kinds that are not explained. */
export function sentenceOn({ className }: LayerInfo): string | null {
  const sentences = texts.layers.sentences as Readonly<Record<string, string | undefined>>;
  return sentences[className] ?? null;
}

function windowOf({ settings }: LayerInfo): string | null {
  const sides = settings['kernelSize'] ?? settings['poolSize'];
  if (typeof sides === 'number') return `${sides}×${sides}`;
  return Array.isArray(sides) ? sides.join('×') : null;
}
