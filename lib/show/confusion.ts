import type { Evaluation } from '../runs/evaluation';
import { layout, type Figure } from './figure';
import { percent } from './format';
import { shareScale } from './palette';

/** What the figure shows: an evaluation, or the predictions of something other than a network. */
export type Confusion = Pick<
  Evaluation,
  'network' | 'dataset' | 'on' | 'accuracy' | 'classNames' | 'confusion'
> & {
  /** The predicted class of each image. */
  readonly predictions: ArrayLike<number>;
};

/** Settings that all heatmaps of fractions from 0 to 1 share. */
export const shareCells = {
  type: 'heatmap',
  ...{ zmin: 0, zmax: 1 },
  colorscale: [
    [0, shareScale.none],
    [1, shareScale.all],
  ],
  texttemplate: '%{text}',
  ...{ xgap: 1, ygap: 1 },
} as const;

/** A confusion matrix: counts in the cells, coloured by their fraction of the true class. */
export function confusionFigure(evaluation: Confusion): Figure {
  const { confusion, classNames, network, dataset, on, accuracy } = evaluation;
  const count = evaluation.predictions.length.toLocaleString('en-US');
  const images = on === 'test' ? 'test images' : 'training images';
  return {
    data: [
      {
        ...shareCells,
        x: classNames,
        y: classNames,
        z: confusion.map(shares),
        colorbar: { title: { text: 'share of the true class', side: 'right' }, tickformat: '.1~%' },
        // Zeros would hide the pattern that the figure should show.
        text: confusion.map((row) => row.map((value) => (value === 0 ? '' : String(value)))),
        customdata: confusion,
        hovertemplate:
          'true class: %{y}<br>predicted: %{x}<br>%{customdata} images, %{z:.1%} of the true class<extra></extra>',
      },
    ],
    layout: layout({
      title: {
        text: `${network} on ${dataset}: what was taken for what`,
        subtitle: { text: `${count} ${images}, ${percent(accuracy)} correct` },
      },
      // A fixed size, so that the cells are about square and the colour bar stays beside them, even on a page of 800 pixels.
      width: 680,
      height: 550,
      xaxis: { title: { text: 'predicted class' }, showgrid: false },
      // From the first class downwards, as the matrix is written.
      yaxis: { title: { text: 'true class' }, showgrid: false, autorange: 'reversed' },
    }),
  };
}

function shares(row: readonly number[]): number[] {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => (total === 0 ? 0 : value / total));
}
