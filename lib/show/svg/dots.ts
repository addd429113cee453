import type { DotTrace, Figure } from '../figure';
import { categoryAxis } from './categories';
import { errorBars, reach } from './error-bars';
import { legend } from './lines';
import { axisTitles, extent, padded, round, scaleOf, valueGrid, type Box } from './parts';

export function dotPanel(frame: Box, { layout }: Figure, traces: readonly DotTrace[]): string {
  const { xaxis, yaxis } = layout;
  const { box, below, names, at } = categoryAxis(frame, [...new Set(traces.flatMap((trace) => trace.x))]);
  const values = traces.flatMap((trace) => reach(trace.y, trace.error_y));
  const scale = scaleOf(yaxis, padded(extent(values), yaxis));
  const y = (value: number): number => box.bottom - scale.at(value) * (box.bottom - box.top);
  return [
    valueGrid(box, yaxis, scale, y),
    names,
    axisTitles(box, xaxis, yaxis, { below }),
    ...traces.map((trace) => {
      const { color, size, opacity = 1 } = trace.marker;
      const dots = trace.x.map(
        (category, i) => `<circle cx="${round(at(category))}" cy="${round(y(trace.y[i]))}" r="${size / 2}"/>`,
      );
      const bars = errorBars(trace.error_y, trace.x.map(at), trace.y, y);
      return `${bars}<g fill="${color}" opacity="${opacity}">${dots.join('')}</g>`;
    }),
    legend(
      frame,
      traces
        .filter((trace) => trace.showlegend)
        .map(({ name, marker: { color, size, opacity = 1 } }) => ({
          name,
          sign: `fill="${color}" opacity="${opacity}" d="${disc(13, size / 2)}"`,
        })),
    ),
  ].join('');
}

/** A circle around (x, 0) as a path, since a legend's symbols are paths. */
function disc(x: number, radius: number): string {
  return `M${x - radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
}
