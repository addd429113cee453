/** The colours of values: orange above zero, blue below, the page's paper at zero, in every map, number and bar. */
import { computed, signal } from '@preact/signals';

type Colour = readonly [number, number, number];

interface Ramp {
  readonly zero: Colour;
  /** At half and at full strength. */
  readonly above: readonly [Colour, Colour];
  readonly below: readonly [Colour, Colour];
}

const ramps: Readonly<Record<'light' | 'dark', Ramp>> = {
  light: {
    zero: [252, 251, 249],
    above: [
      [247, 150, 70],
      [133, 42, 8],
    ],
    below: [
      [103, 163, 226],
      [16, 58, 128],
    ],
  },
  dark: {
    zero: [22, 25, 29],
    above: [
      [214, 92, 20],
      [255, 226, 190],
    ],
    below: [
      [45, 110, 190],
      [204, 226, 255],
    ],
  },
};

const isDark = signal(false);

/** Follows what the reader's system prefers. */
export function followTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  isDark.value = query.matches;
  query.addEventListener('change', () => {
    isDark.value = query.matches;
  });
}

/** Steps on each side of zero. */
const depth = 255;

/** Colours from −1 to 1 in 2·255 + 1 steps, as pixels of a canvas. */
export const palette = computed(() => {
  const ramp = ramps[isDark.value ? 'dark' : 'light'];
  const bytes = new Uint8ClampedArray((2 * depth + 1) * 4);
  for (let step = -depth; step <= depth; step++) {
    const share = Math.abs(step) / depth;
    const [half, full] = step < 0 ? ramp.below : ramp.above;
    const colour = share < 0.5 ? mix(ramp.zero, half, share * 2) : mix(half, full, share * 2 - 1);
    bytes.set([...colour, 255], (step + depth) * 4);
  }
  return new Uint32Array(bytes.buffer);
});

function mix(from: Colour, to: Colour, share: number): [number, number, number] {
  return [0, 1, 2].map((c) => from[c] + (to[c] - from[c]) * share) as [number, number, number];
}

/** A value's colour in the palette. @param largest the size of values that are drawn at full strength */
export function shadeIndex(value: number, largest: number): number {
  const share = largest > 0 ? value / largest : 0;
  return Math.round(Math.min(1, Math.max(-1, share)) * depth) + depth;
}

/** As CSS writes it: its colour, and that of text upon it. */
export function shade(
  value: number,
  largest: number,
): { readonly background: string; readonly color: string } {
  const pixel = palette.value[shadeIndex(value, largest)];
  const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  // Relative luminance as WCAG measures contrast.
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return { background: `rgb(${red},${green},${blue})`, color: luminance > 0.18 ? '#000' : '#fff' };
}

function linear(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
