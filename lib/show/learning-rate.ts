import type { LearningRateSearch } from '../train/find-learning-rate';
import { layout, type Figure, type LineTrace } from './figure';
import { appearancesOf, ink } from './palette';

/** The loss over the learning rate: of each batch, smoothed, and where it falls fastest. */
export function learningRateCurve(search: LearningRateSearch): Figure {
  const { network, dataset, optimizer, batchSize, rates, losses, smoothed, suggestion } = search;
  const { colour } = appearancesOf([network]).get(network)!;
  const line = (name: string, own: Pick<LineTrace, 'x' | 'y' | 'line' | 'marker'>): LineTrace => ({
    ...{ type: 'scatter', mode: 'lines+markers', name, xaxis: 'x', yaxis: 'y' },
    ...{ showlegend: true, legendgroup: name },
    hovertemplate: `${name}<br>rate %{x:.2e}: loss %{y:.3f}<extra></extra>`,
    ...own,
  });
  const solid = (color: string, width: number): LineTrace['line'] => ({ color, dash: 'solid', width });
  // What explodes would leave no room for the rest.
  const top = Math.max(...smoothed, ...losses.slice(0, rates.indexOf(search.lowest) + 1));
  const shown = losses.map((loss) => (loss > top ? null : loss));
  const at = suggestion === null ? -1 : rates.indexOf(suggestion);
  return {
    data: [
      line('each batch', {
        x: rates,
        y: shown,
        line: solid(ink, 1),
        marker: { symbol: 'circle', size: 3 },
      }),
      line('smoothed', {
        x: rates,
        y: smoothed,
        line: solid(colour, 2),
        marker: { symbol: 'circle', size: 2 },
      }),
      ...(suggestion === null
        ? []
        : [
            line(`falls fastest at ${suggestion.toExponential(1)}`, {
              x: [suggestion],
              y: [smoothed[at]],
              line: solid(colour, 2),
              marker: { symbol: 'star', size: 14 },
            }),
          ]),
    ],
    layout: layout({
      title: {
        text: `Loss at growing learning rates, ${network} on ${dataset}`,
        subtitle: {
          text: `${optimizer}, batch ${batchSize}; ${endings[search.ended]}; logarithmic axis for the rate`,
        },
      },
      height: 380,
      xaxis: { title: { text: 'learning rate' }, type: 'log', dtick: 1 },
      yaxis: { title: { text: 'loss of a batch' } },
    }),
  };
}

const endings = {
  'all rates': 'up to the largest rate',
  diverged: 'until the loss diverged',
  interrupted: 'until it was interrupted',
} as const satisfies Record<LearningRateSearch['ended'], string>;
