/** Reads a layer's settings, which tfjs gives as plain values. */
import type { LayerInfo } from '../types';
import type { Sliding } from './geometry';

export function numberOf({ name, settings }: LayerInfo, key: string, otherwise?: number): number {
  const value = settings[key] ?? otherwise;
  if (typeof value === 'number') return value;
  throw new Error(`The layer "${name}" has ${key} ${JSON.stringify(value)}; expected a number.`);
}

export function textOf({ settings }: LayerInfo, key: string): string | undefined {
  const value = settings[key];
  return typeof value === 'string' ? value : undefined;
}

/** A size for rows and columns: one number for both, or one for each. */
function pairOf(
  { settings }: LayerInfo,
  key: string,
  otherwise: readonly [number, number],
): readonly [number, number] {
  const value = settings[key];
  if (typeof value === 'number') return [value, value];
  if (!Array.isArray(value)) return otherwise;
  const numbers = value.filter((each) => typeof each === 'number');
  return numbers.length === 1 ? [numbers[0], numbers[0]] : [numbers[0], numbers[1]];
}

/** @param size the setting that holds the window's */
export function slidingOf(layer: LayerInfo, size: 'kernelSize' | 'poolSize'): Sliding {
  const window = pairOf(layer, size, [1, 1]);
  return {
    size: window,
    // A pool without strides moves by its own size.
    stride: pairOf(layer, 'strides', size === 'poolSize' ? window : [1, 1]),
    dilation: pairOf(layer, 'dilationRate', [1, 1]),
    padding: textOf(layer, 'padding') === 'same' ? 'same' : 'valid',
  };
}
