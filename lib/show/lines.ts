/** Lines that are not curves of training: a number against a setting, and the loss along a path of weights. */
import type { LossAlong } from '../inspect/loss-along';
import { layout, type Axis, type Figure } from './figure';
import { lineTrace, type NamedLine } from './line-trace';
import { appearancesOf } from './palette';

export interface LineAxes {
  /** Names the data too. */
  readonly title: string;
  readonly subtitle?: string;
  /** What the axes show. */
  readonly x: string;
  readonly y: string;
  /** Whether values are shares, from 0 to 1, to be written as percentages. Defaults to false. */
  readonly shares?: boolean;
}

/** A number against a setting, a line for each name. */
export function lineFigure(
  lines: readonly NamedLine[],
  { title, subtitle, x, y, shares = false }: LineAxes,
): Figure {
  const looks = appearancesOf(lines.map(({ name }) => name));
  const hover = shares ? '%{y:.1%}' : '%{y:.3g}';
  return {
    data: lines.map((line) =>
      lineTrace(line, looks.get(line.name)!, { hovertemplate: template(line.name, hover) }),
    ),
    layout: layout({
      title: { text: title, ...(subtitle !== undefined && { subtitle: { text: subtitle } }) },
      height: 340,
      xaxis: { title: { text: x } },
      yaxis: { title: { text: y }, ...(shares && { tickformat: '.1~%' }) },
    }),
  };
}

/**
 * Loss and accuracy along paths of weights. Rename the paths first: `{ ...along, network: 'from start to end' }`.
 * @param title of the figure; the dataset follows
 */
export function lossAlongFigure(paths: readonly LossAlong[], { title }: { title: string }): Figure {
  const looks = appearancesOf(paths.map(({ network }) => network));
  const unique = (values: readonly (string | number)[]): string => [...new Set(values)].join(', ');
  const x: Axis = { title: { text: 'position α on the line' } };
  const line = (path: LossAlong, what: 'loss' | 'accuracy'): NamedLine => ({
    name: path.network,
    x: path.points.map(({ at }) => at),
    y: path.points.map((point) => point[what]),
  });
  return {
    data: paths.flatMap((path) => {
      const look = looks.get(path.network)!;
      return [
        lineTrace(line(path, 'loss'), look, { hovertemplate: template(path.network, '%{y:.3f}') }),
        lineTrace(line(path, 'accuracy'), look, {
          hovertemplate: template(path.network, '%{y:.1%}'),
          panel: 2,
        }),
      ];
    }),
    layout: layout({
      title: {
        text: `${title}, on ${unique(paths.map(({ dataset }) => dataset))}`,
        subtitle: { text: `${unique(paths.map(({ images }) => images))} training images` },
      },
      height: 380,
      xaxis: { ...x, domain: [0, 0.44], anchor: 'y' },
      xaxis2: { ...x, domain: [0.56, 1], anchor: 'y2' },
      yaxis: { title: { text: 'loss (cross-entropy, nats)' }, anchor: 'x' },
      yaxis2: { title: { text: 'accuracy' }, tickformat: '.1~%', anchor: 'x2' },
    }),
  };
}

function template(name: string, value: string): string {
  return `${name}<br>%{x:.3~g}: ${value}<extra></extra>`;
}
