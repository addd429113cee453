import {
  isBars,
  isDots,
  isHeatmap,
  isLine,
  isPoints,
  type Axis,
  type BarTrace,
  type DotTrace,
  type Figure,
  type HeatmapTrace,
  type LineTrace,
  type PointTrace,
} from './figure';
import { fixed, missing, percent, short } from './format';
import { tableText, type Table } from './table';

/** A figure as text: its title and its numbers. For terminals, and for readers who cannot see pictures. */
export function figureText(figure: Figure): string {
  const { title } = figure.layout;
  const lines = figure.data.filter(isLine);
  const bars = figure.data.filter(isBars);
  const points = figure.data.filter(isPoints);
  const dots = figure.data.filter(isDots);
  return [
    title.text,
    ...(title.subtitle?.text ? [title.subtitle.text] : []),
    ...(lines.length > 0 ? [tableText(linesTable(figure, lines))] : []),
    ...(bars.length > 0 ? [tableText(barsTable(figure, bars))] : []),
    ...(points.length > 0 ? [tableText(pointsTable(figure, points))] : []),
    ...(dots.length > 0 ? [tableText(dotsTable(figure, dots))] : []),
    ...figure.data.filter(isHeatmap).map((trace) => tableText(heatmapTable(figure, trace))),
  ].join('\n');
}

function linesTable({ layout }: Figure, lines: readonly LineTrace[]): Table {
  const xs = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const axisOf = (line: LineTrace): Axis => (line.yaxis === 'y2' && layout.yaxis2) || layout.yaxis;
  const value = (line: LineTrace, x: number): string => {
    const y = line.y[line.x.indexOf(x)];
    return typeof y === 'number' ? written(axisOf(line), y) : missing;
  };
  return {
    caption: '',
    columns: [
      { label: layout.xaxis.title.text, align: 'right' },
      ...lines.map((line) => ({
        label: [heading(axisOf(line)), line.name].filter(Boolean).join(', '),
        align: 'right' as const,
      })),
    ],
    rows: xs.map((x) => [
      layout.xaxis.type === 'log' ? written(layout.xaxis, x) : String(x),
      ...lines.map((line) => value(line, x)),
    ]),
  };
}

function barsTable({ layout }: Figure, bars: readonly BarTrace[]): Table {
  const categories = [...new Set(bars.flatMap((trace) => trace.x))];
  const value = (trace: BarTrace, category: string): string => {
    const y = trace.y[trace.x.indexOf(category)] as number | undefined;
    return y === undefined ? missing : written(layout.yaxis, y);
  };
  return {
    caption: '',
    columns: [
      { label: layout.xaxis.title.text, align: 'left' },
      ...bars.map(({ name }) => ({
        label: bars.length > 1 ? name : heading(layout.yaxis),
        align: 'right' as const,
      })),
    ],
    rows: categories.map((category) => [category, ...bars.map((trace) => value(trace, category))]),
  };
}

function pointsTable({ layout }: Figure, points: readonly PointTrace[]): Table {
  return {
    caption: '',
    columns: [
      { label: '', align: 'left' },
      { label: heading(layout.xaxis), align: 'right' },
      { label: heading(layout.yaxis), align: 'right' },
    ],
    rows: points.flatMap(({ text, x, y, error_y }) =>
      text.map((name, i) => [
        name,
        written(layout.xaxis, x[i]),
        withSpread(layout.yaxis, y[i], error_y?.array[i]),
      ]),
    ),
  };
}

/** A row for each category, a column for each trace; several dots of a trace in one category share a cell. */
function dotsTable({ layout }: Figure, dots: readonly DotTrace[]): Table {
  const categories = [...new Set(dots.flatMap((trace) => trace.x))];
  const cell = ({ x, y, error_y }: DotTrace, category: string): string => {
    const own = y.flatMap((value, i) => {
      if (x[i] !== category) return [];
      return [withSpread(layout.yaxis, value, error_y?.array[i])];
    });
    return own.length > 0 ? own.join(', ') : missing;
  };
  return {
    caption: '',
    columns: [
      { label: layout.xaxis.title.text, align: 'left' },
      ...dots.map(({ name }) => ({ label: name, align: 'right' as const })),
    ],
    rows: categories.map((category) => [category, ...dots.map((trace) => cell(trace, category))]),
  };
}

/** `loss (cross-entropy, nats)` is too long for a column. */
function heading(axis: Axis): string {
  return axis.title.text.replace(/ \(.*/, '');
}

function written({ tickformat, type }: Axis, value: number): string {
  if (tickformat === '.1~%') return percent(value);
  if (tickformat === '~s') return short(value);
  return type === 'log' ? value.toPrecision(3) : fixed(3)(value);
}

function withSpread(axis: Axis, value: number, spread = NaN): string {
  return Number.isFinite(spread)
    ? `${written(axis, value)} ± ${written(axis, spread)}`
    : written(axis, value);
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
