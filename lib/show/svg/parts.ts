import { shortened } from '../../data/text';
import type { Axis } from '../figure';
import { percent, short } from '../format';
import { escapeHtml } from '../html';
import { grid } from '../palette';

/** A rectangle, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface TextStyle {
  size?: number;
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  /** Rotation of the text around its own position, in degrees. */
  turn?: number;
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  if (!content) return '';
  const { size, anchor, fill, turn } = style;
  const attributes = [
    size && ` font-size="${size}"`,
    anchor && anchor !== 'start' && ` text-anchor="${anchor}"`,
    fill && ` fill="${fill}"`,
    turn && ` transform="rotate(${turn} ${round(x)} ${round(y)})"`,
  ];
  const place = `x="${round(x)}" y="${round(y)}"`;
  return `<text ${place}${attributes.filter(Boolean).join('')}>${escapeHtml(content)}</text>`;
}

export function axisTitles(
  { left, top, right, bottom }: Box,
  x: Axis,
  y: Axis,
  { beside = 46, below = 38 }: { beside?: number; below?: number } = {},
): string {
  return (
    text((left + right) / 2, bottom + below, x.title.text, { anchor: 'middle' }) +
    text(left - beside, (top + bottom) / 2, y.title.text, { anchor: 'middle', turn: -90 })
  );
}

/** The horizontal grid lines of a panel, with their numbers on the left. */
export function valueGrid(
  { left, right }: Box,
  axis: Axis,
  scale: Scale,
  y: (value: number) => number,
): string {
  const lines = scale.values.map((value) => `M${round(left)} ${round(y(value))}H${round(right)}`).join('');
  const numbers = scale.values.map((value) =>
    text(left - 6, y(value) + 4, tickText(axis, value), { anchor: 'end' }),
  );
  return `<path stroke="${grid}" d="${lines}"/>${numbers.join('')}`;
}

export function tickText({ tickformat, type }: Axis, value: number): string {
  if (tickformat === '.1~%') return percent(value).replace('.0 %', ' %');
  if (tickformat === '~s') return short(value);
  return type === 'log' && (value < 1e-3 || value >= 1e6) ? value.toExponential(0) : String(value);
}

export interface Scale {
  /** Values with a grid line and a number. */
  readonly values: readonly number[];
  /** Position of a value between the ends of the axis, from 0 to 1. */
  at(value: number): number;
}

/** The scale of an axis: over its own range if it has one, otherwise over `extent`. */
export function scaleOf(axis: Axis, extent: readonly [number, number]): Scale {
  if (axis.type !== 'log') return ticks(axis.range ?? extent, axis.dtick === 'D2' ? undefined : axis.dtick);
  const [low, high] = axis.range ?? [Math.log10(extent[0]), Math.log10(extent[1])];
  const exponents = ticks([low, high], Math.max(1, roundStep((high - low) / 5))).values;
  // With fewer than two powers of ten in the range, there are too few lines.
  const values =
    exponents.length > 1
      ? exponents.map((exponent) => Number((10 ** exponent).toPrecision(12)))
      : ticks([10 ** low, 10 ** high]).values.filter((value) => value > 0);
  return { values, at: (value) => (Math.log10(value) - low) / (high - low) };
}

/** About five round numbers between `low` and `high`, in steps of 1, 2 or 5 times a power of ten. */
function ticks([low, high]: readonly [number, number], step = roundStep((high - low) / 5)): Scale {
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return {
    // Counting in whole steps avoids 0.30000000000000004.
    values: Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12))),
    at: (value) => (value - low) / (high - low),
  };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return power * (digit > 5 ? 10 : digit > 2 ? 5 : digit > 1 ? 2 : 1);
}

export function extent(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}

/** The range with some room at both ends, also around a single value; on a logarithmic axis by a factor. */
export function padded([low, high]: readonly [number, number], { type }: Axis): [number, number] {
  if (type === 'log') {
    const factor = (high / low) ** 0.08 * 1.1;
    return [low / factor, high * factor];
  }
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

/** Rounds to a tenth of a pixel, which is enough for any screen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Letters of a name that a picture has room for: a longer one would push everything else out. */
const mostLetters = 30;

export function shownName(name: string): string {
  return shortened(name, mostLetters);
}
