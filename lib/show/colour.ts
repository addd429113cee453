import { heatScale, signScale } from './palette';

type Rgb = readonly [number, number, number];

/** The colours of a scale, evenly spaced from 0 to 1. */
export function colourAt(scale: readonly string[], share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const low = Math.min(Math.floor(at), scale.length - 2);
  return blend(rgb(scale[low]), rgb(scale[low + 1]), at - low);
}

export function heat(share: number): Rgb {
  return colourAt(heatScale, share);
}

/** @param value from −1 to 1 */
export function signed(value: number): Rgb {
  return colourAt(signScale, (value + 1) / 2);
}

export function blend(from: Rgb, to: Rgb, share: number): Rgb {
  const mixed = (i: 0 | 1 | 2): number => Math.round(from[i] * (1 - share) + to[i] * share);
  return [mixed(0), mixed(1), mixed(2)];
}

/** @param colour `#rrggbb` */
export function rgb(colour: string): Rgb {
  const channel = (i: number): number => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  return [channel(0), channel(1), channel(2)];
}

/** @returns `#rrggbb` */
export function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
