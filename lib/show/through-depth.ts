/** A measurement for every layer of a network, as lines over depth. */
import { layout, logTicks, type Figure } from './figure';
import { lineTrace } from './line-trace';
import { appearancesOf } from './palette';

/** A network with a number for each of its layers, starting at the image. */
export interface DepthLine {
  readonly network: string;
  readonly dataset: string;
  /** Number of images in the batch that was measured. */
  readonly images: number;
  readonly values: readonly number[];
}

export interface DepthAxes {
  /** First part of the title; the network follows. */
  readonly title: string;
  /** What counts as a layer, for the axis. */
  readonly layers: string;
  /** What the numbers are, for the axis. */
  readonly measure: string;
}

/** Lines of one or several networks, on a logarithmic axis. */
export function depthFigure(lines: readonly DepthLine[], { title, layers, measure }: DepthAxes): Figure {
  const names = [...new Set(lines.map(({ network }) => network))];
  const datasets = [...new Set(lines.map(({ dataset }) => dataset))].join(', ');
  const images = [...new Set(lines.map((line) => line.images))].join(', ');
  const looks = appearancesOf(names);
  const deepest = Math.max(...lines.map(({ values }) => values.length));
  const positive = lines.flatMap(({ values }) => values.filter((value) => value > 0));
  const dtick = logTicks(positive);
  // Several names go into the legend.
  const of = names.length === 1 ? ` through ${names[0]}` : ' through depth';
  return {
    data: lines.map(({ network, values }) =>
      lineTrace(
        // A logarithmic axis has no zero.
        { name: network, x: values.map((_, i) => i + 1), y: values.map((value) => value || null) },
        looks.get(network)!,
        {
          hovertemplate: `${network}, layer %{x}: %{y:.3g}<extra></extra>`,
          showlegend: names.length > 1,
        },
      ),
    ),
    layout: layout({
      title: {
        text: `${title}${of}, on ${datasets}`,
        subtitle: { text: `one batch of ${images} training images; logarithmic axis` },
      },
      height: 380,
      xaxis: {
        title: { text: `${layers}, counted from the image` },
        range: [0.5, deepest + 0.5],
        dtick: Math.ceil(deepest / 20),
      },
      yaxis: { title: { text: measure }, type: 'log', dtick, ...(dtick === 'D2' && { tickformat: '~g' }) },
    }),
  };
}
