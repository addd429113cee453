/** Networks side by side: their spread over seeds, and their recall by class. */
import type { Evaluation } from '../runs/evaluation';
import type { SeededResult } from '../study/compare';
import { spreadOf } from '../runs/results';
import { shareCells } from './confusion';
import { layout, type DotTrace, type Figure } from './figure';
import { appearancesOf } from './palette';

/** Test accuracy of each network: a dot for each seed, and the mean with the standard deviation over seeds. */
export function accuracyOverSeeds(results: readonly SeededResult[]): Figure {
  const looks = appearancesOf(results.map(({ name }) => name));
  const datasets = [
    ...new Set(results.flatMap(({ runs }) => runs.map(({ evaluation }) => evaluation.dataset))),
  ];
  const traces = results.flatMap(({ name, runs }): DotTrace[] => {
    const { colour, symbol } = looks.get(name)!;
    const accuracies = runs.map(({ evaluation }) => evaluation.accuracy);
    const { mean, deviation } = spreadOf(accuracies);
    return [
      {
        ...{ type: 'scatter', mode: 'markers', name: `${name}, each seed` },
        x: accuracies.map(() => name),
        y: accuracies,
        marker: { color: colour, symbol: 'circle', size: 6, opacity: 0.5 },
        showlegend: false,
        hovertemplate: `${name}, a seed: %{y:.1%}<extra></extra>`,
      },
      {
        ...{ type: 'scatter', mode: 'markers', name },
        ...{ x: [name], y: [mean] },
        marker: { color: colour, symbol, size: 12 },
        error_y: { type: 'data', array: [deviation], color: colour, thickness: 1.5 },
        showlegend: false,
        hovertemplate: `${name}, mean: %{y:.1%}<extra></extra>`,
      },
    ];
  });
  return {
    data: traces,
    layout: layout({
      title: {
        text: `Test accuracy on ${datasets.join(', ')}`,
        subtitle: { text: 'small dots: a seed each; large: their mean, with the standard deviation' },
      },
      height: 400,
      xaxis: { title: { text: 'network' }, type: 'category', showgrid: false },
      yaxis: { title: { text: 'test accuracy' }, tickformat: '.1~%' },
    }),
  };
}

/** Recall of each class: a row for each network, a column for each class. */
export function recallFigure(evaluations: readonly Evaluation[], names?: readonly string[]): Figure {
  const [{ dataset, classNames }] = evaluations;
  const shares = evaluations.map(({ classes }) => classes.map(({ recall }) => recall));
  return {
    data: [
      {
        ...shareCells,
        x: classNames,
        y: evaluations.map(({ network }, i) => names?.[i] ?? network),
        z: shares,
        colorbar: { title: { text: 'recall', side: 'right' }, tickformat: '.1~%' },
        // Whole percents: with a hundred images of a class, the rest is chance.
        text: shares.map((row) =>
          row.map((share) => (Number.isFinite(share) ? (share * 100).toFixed(0) : '')),
        ),
        customdata: shares,
        hovertemplate: '%{y}<br>%{x}: %{z:.1%} found<extra></extra>',
      },
    ],
    layout: layout({
      title: {
        text: `Recall by class, on ${dataset}`,
        subtitle: { text: 'percent of the test images of each class that were found' },
      },
      height: 240 + 34 * evaluations.length,
      xaxis: { title: { text: 'class' }, showgrid: false },
      yaxis: { title: { text: 'network' }, showgrid: false, autorange: 'reversed' },
    }),
  };
}
