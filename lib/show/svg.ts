import type { Axis, Figure, HeatmapTrace, LineTrace } from './figure';
import { percent } from './format';
import { escapeHtml } from './html';
import { grid, ink, shareScale } from './palette';

/**
 * Draws a figure without Plotly: a still picture for pages that run no scripts, such as GitHub's. It knows the
 * traces that `Figure` allows and follows the layout's panels, ranges, titles and colours.
 */
export function figureSvg(figure: Figure): string {
  const { layout, data } = figure;
  const height = layout.height;
  const frame: Box = { left: 64, top: 84, right: width - 16, bottom: height - 48 };
  const lines = data.filter((trace): trace is LineTrace => trace.type === 'scatter');
  const heatmap = data.find((trace): trace is HeatmapTrace => trace.type === 'heatmap');
  const parts = [
    text(frame.left, 26, layout.title.text, { size: 16 }),
    text(frame.left, 46, layout.title.subtitle?.text ?? ''),
    ...(heatmap ? [heatmapPanel(frame, layout.xaxis, layout.yaxis, heatmap)] : []),
    ...(lines.length > 0 ? [legend(frame, lines)] : []),
    ...linePanels(frame, figure, lines),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" font-family="system-ui,sans-serif" font-size="12" fill="${ink}">` +
    `${parts.join('')}</svg>`
  );
}

const width = 760;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface TextStyle {
  size?: number;
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  /** Degrees around the text's own place. */
  turn?: number;
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
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

function axisTitles({ left, top, right, bottom }: Box, x: Axis, y: Axis, beside: number): string {
  return (
    text((left + right) / 2, bottom + 38, x.title.text, { anchor: 'middle' }) +
    text(left - beside, (top + bottom) / 2, y.title.text, { anchor: 'middle', turn: -90 })
  );
}

/** The lines by panel, each panel with its grid, its numbers and its titles. */
function linePanels(frame: Box, { layout }: Figure, lines: readonly LineTrace[]): string[] {
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
  const xTicks = ticks(xAxis.range ?? extent(lines.flatMap((line) => line.x)), xAxis.dtick);
  const yTicks = ticks(yAxis.range ?? padded(extent(values)));
  const x = (value: number): number => left + xTicks.at(value) * (right - left);
  const y = (value: number): number => bottom - yTicks.at(value) * (bottom - top);
  const write = (value: number): string =>
    yAxis.tickformat === '.1~%' ? percent(value).replace('.0 %', ' %') : String(value);
  return [
    `<path stroke="${grid}" d="${yTicks.values.map((v) => `M${round(left)} ${round(y(v))}H${round(right)}`).join('')}"/>`,
    ...yTicks.values.map((v) => text(left - 6, y(v) + 4, write(v), { anchor: 'end' })),
    ...xTicks.values.map((v) => text(x(v), bottom + 18, String(v), { anchor: 'middle' })),
    axisTitles(box, xAxis, yAxis, 46),
    ...lines.map((line) => drawLine(line, x, y)),
  ].join('');
}

function drawLine(line: LineTrace, x: (value: number) => number, y: (value: number) => number): string {
  const { color, dash, width: thickness } = line.line;
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
  const dashes = dash === 'dash' ? ' stroke-dasharray="6 4"' : '';
  return (
    `<path fill="none" stroke="${color}" stroke-width="${thickness}"${dashes} d="${path}"/>` +
    `<g fill="${color}">${dots}</g>`
  );
}

function legend(frame: Box, lines: readonly LineTrace[]): string {
  let x = frame.left;
  return lines
    .filter((line) => line.showlegend)
    .map((line) => {
      const start = x;
      x += 50 + line.name.length * 7;
      const { color, dash } = line.line;
      const dashes = dash === 'dash' ? ' stroke-dasharray="6 4"' : '';
      return (
        `<path stroke="${color}" stroke-width="2"${dashes} d="M${start} 66h26"/>` +
        text(start + 32, 70, line.name)
      );
    })
    .join('');
}

function heatmapPanel(frame: Box, xAxis: Axis, yAxis: Axis, trace: HeatmapTrace): string {
  const longest = Math.max(...trace.y.map((name) => name.length));
  const left = frame.left + longest * 6;
  const top = 60;
  const foot = longest * 3.8 + 38;
  const size = Math.min(
    (frame.right - left) / trace.x.length,
    (frame.bottom + 48 - foot - top) / trace.y.length,
  );
  const box = { left, top, right: left + size * trace.x.length, bottom: top + size * trace.y.length };
  const cells = trace.z.flatMap((row, r) =>
    row.map((share, c) => {
      const [x, y] = [left + c * size, top + r * size];
      const fill = blend(shareScale.none, shareScale.all, share / trace.zmax);
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
    ...trace.y.map((name, r) => text(left - 6, top + (r + 0.5) * size + 4, name, { anchor: 'end' })),
    ...trace.x.map((name, c) => {
      const [x, y] = [left + (c + 0.5) * size, box.bottom + 14];
      return text(x + 4, y, name, { anchor: 'end', turn: -35 });
    }),
    text((box.left + box.right) / 2, box.bottom + foot - 8, xAxis.title.text, { anchor: 'middle' }),
    text(frame.left - 46, (box.top + box.bottom) / 2, yAxis.title.text, { anchor: 'middle', turn: -90 }),
  ].join('');
}

interface Ticks {
  readonly values: readonly number[];
  /** Where a value lies between the ends of the axis, from 0 to 1. */
  at(value: number): number;
}

/** About five round numbers between `low` and `high`, a 1, 2 or 5 with zeros apart. */
function ticks([low, high]: readonly [number, number], step = roundStep((high - low) / 5)): Ticks {
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return {
    // Counting in whole steps keeps 0.30000000000000004 out.
    values: Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12))),
    at: (value) => (value - low) / (high - low),
  };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return power * (digit > 5 ? 10 : digit > 2 ? 5 : digit > 1 ? 2 : 1);
}

function extent(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}

/** Room above and below, also around a single value. */
function padded([low, high]: readonly [number, number]): [number, number] {
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

function blend(from: string, to: string, share: number): string {
  const channel = (colour: string, i: number): number => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(from, i) * (1 - share) + channel(to, i) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** A tenth of a pixel is as exact as a screen. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
