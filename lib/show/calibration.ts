import type { Calibration } from '../study/calibration';
import { layout, type Axis, type Figure, type LineTrace } from './figure';
import { appearancesOf, ink, type Appearance } from './palette';

/** A network's calibration on the test images of a dataset. */
export interface NamedCalibration extends Calibration {
  readonly network: string;
  readonly dataset: string;
}

export interface ReliabilityOptions {
  /** Bins with fewer images get no point: their accuracy is mostly chance. Defaults to 20. */
  readonly least?: number;
}

/**
 * A reliability diagram: on the left accuracy against confidence, bin by bin, where an honest network lies on the diagonal;
 * on the right the share of the images in each bin.
 */
export function reliabilityFigure(
  calibrations: readonly NamedCalibration[],
  { least = 20 }: ReliabilityOptions = {},
): Figure {
  const looks = appearancesOf(calibrations.map(({ network }) => network));
  const datasets = [...new Set(calibrations.map(({ dataset }) => dataset))].join(', ');
  const x: Axis = { title: { text: 'confidence' }, range: [0, 1], tickformat: '.1~%', dtick: 0.2 };
  const leftOut = `confidence; bins of ${least} images or more`;
  return {
    data: [diagonal, ...calibrations.flatMap((each) => traces(each, looks.get(each.network)!, least))],
    layout: layout({
      title: { text: `Accuracy against confidence, test images of ${datasets}` },
      height: 440,
      // In the place of a subtitle, which a legend of two rows needs in a narrow window.
      xaxis: { ...x, title: { text: leftOut }, domain: [0, 0.44], anchor: 'y' },
      xaxis2: { ...x, domain: [0.56, 1], anchor: 'y2' },
      yaxis: { title: { text: 'accuracy' }, range: [0, 1.02], tickformat: '.1~%', dtick: 0.2, anchor: 'x' },
      yaxis2: { title: { text: 'share of the images' }, tickformat: '.1~%', anchor: 'x2' },
    }),
  };
}

const diagonal: LineTrace = {
  ...{ type: 'scatter', mode: 'lines+markers', name: 'calibrated' },
  ...{ x: [0, 1], y: [0, 1], xaxis: 'x', yaxis: 'y' },
  line: { color: ink, dash: 'dash', width: 1 },
  marker: { symbol: 'circle', size: 1 },
  ...{ showlegend: true, legendgroup: 'diagonal', hovertemplate: 'calibrated<extra></extra>' },
};

function traces(
  { network, bins, images }: NamedCalibration,
  { colour, symbol }: Appearance,
  least: number,
): LineTrace[] {
  const common = {
    type: 'scatter',
    mode: 'lines+markers',
    name: network,
    legendgroup: network,
    line: { color: colour, dash: 'solid', width: 2 },
    marker: { symbol, size: 8 },
  } as const;
  const filled = bins.filter((bin) => bin.images > 0);
  return [
    {
      ...common,
      x: filled.map(({ confidence }) => confidence),
      y: filled.map((bin) => (bin.images < least ? null : bin.accuracy)),
      ...{ xaxis: 'x', yaxis: 'y', showlegend: true },
      hovertemplate: `${network}<br>confidence %{x:.1%}: %{y:.1%} right<extra></extra>`,
    },
    {
      ...common,
      x: bins.map(({ from, to }) => (from + to) / 2),
      y: bins.map((bin) => bin.images / images),
      ...{ xaxis: 'x2', yaxis: 'y2', showlegend: false },
      hovertemplate: `${network}<br>confidence about %{x:.0%}: %{y:.1%} of the images<extra></extra>`,
    },
  ];
}
