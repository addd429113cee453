import type { Axis, Figure, LineTrace } from '../figure';
import { axisTitles, extent, padded, round, scaleOf, text, tickText, valueGrid, type Box } from './parts';

/** The panels, each with its lines, grid, numbers and titles. */
export function linePanels(frame: Box, { layout }: Figure, lines: readonly LineTrace[]): string[] {
  return (['y', 'y2'] as const).flatMap((id) => {
    const own = lines.filter((line) => line.yaxis === id);
    if (own.length === 0) return [];
    const x = (id === 'y2' && layout.xaxis2) || layout.xaxis;
    const y = (id === 'y2' && layout.yaxis2) || layout.yaxis;
    const [from, to] = x.domain ?? [0, 1];
    const span = frame.right - frame.left;
    const box = { ...frame, left: frame.left + from * span, right: frame.left + to * span };
    return [linePanel(box, x, y, own)];
  });
}

function linePanel(box: Box, xAxis: Axis, yAxis: Axis, lines: readonly LineTrace[]): string {
  const { left, top, right, bottom } = box;
  const values = lines.flatMap((line) => line.y).filter((value): value is number => value !== null);
  const xScale = scaleOf(xAxis, extent(lines.flatMap((line) => line.x)));
  const yScale = scaleOf(yAxis, padded(extent(values), yAxis));
  const x = (value: number): number => left + xScale.at(value) * (right - left);
  const y = (value: number): number => bottom - yScale.at(value) * (bottom - top);
  return [
    valueGrid(box, yAxis, yScale, y),
    ...xScale.values.map((v) => text(x(v), bottom + 18, tickText(xAxis, v), { anchor: 'middle' })),
    axisTitles(box, xAxis, yAxis),
    clipped(box, yAxis, lines.map((line) => drawLine(line, x, y)).join('')),
  ].join('');
}

/** An axis with a range of its own may leave values out, whose lines end at the top of the panel. */
function clipped({ left, top, right, bottom }: Box, { range, type }: Axis, content: string): string {
  if (range === undefined || type === 'log') return content;
  const name = `panel-${round(left)}`;
  const area = `x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(bottom - top)}"`;
  return `<clipPath id="${name}"><rect ${area}/></clipPath><g clip-path="url(#${name})">${content}</g>`;
}

function drawLine(line: LineTrace, x: (value: number) => number, y: (value: number) => number): string {
  const { color, width: thickness } = line.line;
  let path = '';
  let dots = '';
  let pen = 'M';
  line.y.forEach((value, i) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const [px, py] = [round(x(line.x[i])), round(y(value))];
    path += `${pen}${px} ${py}`;
    pen = 'L';
    dots += `<circle cx="${px}" cy="${py}" r="${line.marker.size / 2}"/>`;
  });
  return (
    `<path fill="none" stroke="${color}" stroke-width="${thickness}"${dashes(line)} d="${path}"/>` +
    `<g fill="${color}">${dots}</g>`
  );
}

function dashes({ line: { dash } }: LineTrace): string {
  return dash === 'dash' ? ' stroke-dasharray="6 4"' : '';
}

/** The legend: a short piece of each line with its name, in rows. */
export function lineLegend(frame: Box, lines: readonly LineTrace[]): string {
  return legend(
    frame,
    lines
      .filter((line) => line.showlegend)
      .map((line) => ({
        name: line.name,
        sign: `stroke="${line.line.color}" stroke-width="2"${dashes(line)} d="M0 0h26"`,
      })),
  );
}

export interface LegendEntry {
  readonly name: string;
  /** Attributes of a path that is 26 pixels wide. */
  readonly sign: string;
}

const rowHeight = 18;

/** Height of a legend's further rows; every frame has room for the first. */
export function legendOverhang(frame: Box, names: readonly string[]): number {
  return (
    (legendRows(
      frame,
      names.map((name) => ({ name })),
    ).length -
      1) *
    rowHeight
  );
}

function legendRows<Entry extends Pick<LegendEntry, 'name'>>(
  { left, right }: Box,
  entries: readonly Entry[],
): Entry[][] {
  const rows: Entry[][] = [[]];
  let x = left;
  for (const entry of entries) {
    if (x + legendWidth(entry) > right && x > left) {
      rows.push([]);
      x = left;
    }
    rows[rows.length - 1].push(entry);
    x += legendWidth(entry);
  }
  return rows;
}

export function legend(frame: Box, entries: readonly LegendEntry[]): string {
  const { left, top } = frame;
  const rows = legendRows(frame, entries);
  // The last row is directly above the panel.
  return rows
    .map((row, r) => {
      const y = top - 18 - (rows.length - 1 - r) * rowHeight;
      let start = left;
      return row
        .map((entry) => {
          const at = start;
          start += legendWidth(entry);
          return `<path transform="translate(${round(at)} ${y})" ${entry.sign}/>${text(at + 32, y + 4, entry.name)}`;
        })
        .join('');
    })
    .join('');
}

function legendWidth({ name }: Pick<LegendEntry, 'name'>): number {
  return 50 + name.length * 7;
}
