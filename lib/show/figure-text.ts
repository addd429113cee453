import type { Axis, Figure, HeatmapTrace, LineTrace } from './figure';
import { fixed, missing, percent } from './format';
import { tableText, type Table } from './table';

/** What a figure says, as text: its title and its numbers. For terminals, and for readers who see no pictures. */
export function figureText(figure: Figure): string {
  const { title } = figure.layout;
  const lines = figure.data.filter((trace): trace is LineTrace => trace.type === 'scatter');
  const heatmaps = figure.data.filter((trace): trace is HeatmapTrace => trace.type === 'heatmap');
  return [
    title.text,
    ...(title.subtitle?.text ? [title.subtitle.text] : []),
    ...(lines.length > 0 ? [tableText(linesTable(figure, lines))] : []),
    ...heatmaps.map((trace) => tableText(heatmapTable(figure, trace))),
  ].join('\n');
}

function linesTable({ layout }: Figure, lines: readonly LineTrace[]): Table {
  const xs = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const axisOf = (line: LineTrace): Axis => (line.yaxis === 'y2' && layout.yaxis2) || layout.yaxis;
  const value = (line: LineTrace, x: number): string => {
    const y = line.y[line.x.indexOf(x)];
    if (typeof y !== 'number') return missing;
    return axisOf(line).tickformat === '.1~%' ? percent(y) : fixed(3)(y);
  };
  return {
    caption: '',
    columns: [
      { label: layout.xaxis.title.text, align: 'right' },
      ...lines.map((line) => ({
        // `loss (cross-entropy, nats)` is too long for a column.
        label: `${axisOf(line).title.text.replace(/ \(.*/, '')}, ${line.name}`,
        align: 'right' as const,
      })),
    ],
    rows: xs.map((x) => [String(x), ...lines.map((line) => value(line, x))]),
  };
}

function heatmapTable({ layout }: Figure, { x, y, text }: HeatmapTrace): Table {
  return {
    caption: `rows: ${layout.yaxis.title.text}, columns: ${layout.xaxis.title.text}`,
    columns: [
      { label: '', align: 'left' },
      ...x.map((label) => ({ label: label.slice(0, 6), align: 'right' as const })),
    ],
    rows: y.map((label, row) => [label, ...text[row].map((value) => value || '·')]),
  };
}
