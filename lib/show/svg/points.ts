import type { Figure, PointTrace } from '../figure';
import { errorBars, reach } from './error-bars';
import { axisTitles, extent, padded, round, scaleOf, text, tickText, valueGrid, type Box } from './parts';

export function pointPanel(frame: Box, { layout }: Figure, traces: readonly PointTrace[]): string {
  const { xaxis, yaxis } = layout;
  const { left, right, top, bottom } = frame;
  const xScale = scaleOf(xaxis, padded(extent(traces.flatMap((trace) => trace.x)), xaxis));
  const yScale = scaleOf(
    yaxis,
    padded(extent(traces.flatMap((trace) => reach(trace.y, trace.error_y))), yaxis),
  );
  const x = (value: number): number => left + xScale.at(value) * (right - left);
  const y = (value: number): number => bottom - yScale.at(value) * (bottom - top);
  return [
    valueGrid(frame, yaxis, yScale, y),
    ...xScale.values.map((v) => text(x(v), bottom + 18, tickText(xaxis, v), { anchor: 'middle' })),
    axisTitles(frame, xaxis, yaxis),
    ...traces.map((trace) => errorBars(trace.error_y, trace.x.map(x), trace.y, y)),
    ...traces.flatMap((trace) =>
      trace.x.map((value, i) => {
        const [px, py] = [x(value), y(trace.y[i])];
        const { color, size } = trace.marker;
        const [height, side] = trace.textposition.split(' ');
        const nameY = height === 'top' ? py - size / 2 - 2 : py + size / 2 + 11;
        const [nameX, anchor] = side === 'right' ? [px + size / 2, 'start'] : [px - size / 2, 'end'];
        return (
          `<circle cx="${round(px)}" cy="${round(py)}" r="${size / 2}" fill="${color}"/>` +
          text(nameX, nameY, trace.text[i], { anchor: anchor as 'start' | 'end' })
        );
      }),
    ),
  ].join('');
}
