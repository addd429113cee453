import type { BarTrace, Figure } from '../figure';
import { categoryAxis } from './categories';
import { legend } from './lines';
import { axisTitles, extent, padded, round, scaleOf, valueGrid, type Box } from './parts';

export function barPanel(frame: Box, { layout }: Figure, bars: readonly BarTrace[]): string {
  const { xaxis, yaxis } = layout;
  const categories = [...new Set(bars.flatMap((trace) => trace.x))];
  const { box, slot, below, names, at } = categoryAxis(frame, categories);
  const { top, bottom } = box;
  const values = bars.flatMap((trace) => trace.y);
  const [, high] = padded(extent(values), yaxis);
  // The length of a bar is its value, so the axis must start at zero.
  const scale = scaleOf(yaxis, [Math.min(0, ...values), Math.max(high, 1e-9)]);
  const y = (value: number): number => bottom - scale.at(value) * (bottom - top);
  const foot = y(0);
  const width = (slot * 0.8) / bars.length;
  const drawn = bars.flatMap((trace, t) =>
    trace.x.map((category, i) => {
      const x = at(category) - 0.4 * slot + t * width;
      const end = y(trace.y[i]);
      return (
        `<rect x="${round(x)}" y="${round(Math.min(end, foot))}" width="${round(width)}" ` +
        `height="${round(Math.abs(foot - end))}" fill="${trace.marker.color}"/>`
      );
    }),
  );
  return [
    valueGrid(box, yaxis, scale, y),
    ...drawn,
    names,
    axisTitles(box, xaxis, yaxis, { below }),
    legend(frame, bars.filter((trace) => trace.showlegend).map(entryOf)),
  ].join('');
}

function entryOf({ name, marker: { color } }: BarTrace): { name: string; sign: string } {
  return { name, sign: `fill="${color}" d="M14 -6h12v12h-12z"` };
}
