import type { ErrorBars } from '../figure';
import { round } from './parts';

/** Error bars: a vertical line over the spread of each value, with a short line across each end. */
export function errorBars(
  bars: ErrorBars | undefined,
  places: readonly number[],
  values: readonly number[],
  y: (value: number) => number,
): string {
  if (!bars) return '';
  const path = bars.array.map((spread, i) => {
    if (!Number.isFinite(spread)) return '';
    const [x, high, low] = [places[i], y(values[i] + spread), y(values[i] - spread)].map(round);
    return `M${x} ${low}V${high}M${x - 4} ${low}h8M${x - 4} ${high}h8`;
  });
  return `<path fill="none" stroke="${bars.color}" stroke-width="${bars.thickness}" d="${path.join('')}"/>`;
}

/** The values and the ends of their error bars: what an axis has to include. */
export function reach(values: readonly number[], bars: ErrorBars | undefined): number[] {
  return values.flatMap((value, i) => {
    const spread = bars?.array[i] ?? NaN;
    return Number.isFinite(spread) ? [value - spread, value + spread] : [value];
  });
}
