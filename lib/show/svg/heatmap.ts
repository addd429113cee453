import { colourAt, hex } from '../colour';
import type { Axis, HeatmapTrace } from '../figure';
import { shareScale } from '../palette';
import { round, shownName, text, type Box } from './parts';

export function heatmapPanel(frame: Box, xAxis: Axis, yAxis: Axis, trace: HeatmapTrace): string {
  const [below, beside] = [trace.x.map(shownName), trace.y.map(shownName)];
  const longest = (names: readonly string[]): number => Math.max(...names.map((name) => name.length));
  const left = frame.left + longest(beside) * 6;
  const top = 60;
  const foot = longest(below) * 3.8 + 38;
  const size = Math.min(
    (frame.right - left) / trace.x.length,
    (frame.bottom + 48 - foot - top) / trace.y.length,
  );
  const box = { left, top, right: left + size * trace.x.length, bottom: top + size * trace.y.length };
  const cells = trace.z.flatMap((row, r) =>
    row.map((share, c) => {
      const [x, y] = [left + c * size, top + r * size];
      const fill = hex(colourAt([shareScale.none, shareScale.all], share / trace.zmax));
      return (
        `<rect x="${round(x)}" y="${round(y)}" width="${round(size - 1)}" height="${round(size - 1)}" fill="${fill}"/>` +
        text(x + size / 2, y + size / 2 + 4, trace.text[r][c], {
          anchor: 'middle',
          fill: share > 0.45 ? '#fff' : '#222',
        })
      );
    }),
  );
  return [
    ...cells,
    ...beside.map((name, r) => text(left - 6, top + (r + 0.5) * size + 4, name, { anchor: 'end' })),
    ...below.map((name, c) => {
      const [x, y] = [left + (c + 0.5) * size, box.bottom + 14];
      return text(x + 4, y, name, { anchor: 'end', turn: -35 });
    }),
    text((box.left + box.right) / 2, box.bottom + foot - 8, xAxis.title.text, { anchor: 'middle' }),
    text(frame.left - 46, (box.top + box.bottom) / 2, yAxis.title.text, { anchor: 'middle', turn: -90 }),
  ].join('');
}
