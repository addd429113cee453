import type { EpochRow, History } from '../runs/history';
import { validationName } from './curves';
import { layout, type Figure } from './figure';
import { lineTrace } from './line-trace';
import { appearancesOf } from './palette';

/**
 * Held-out accuracy over the number of images seen, a line for each history. Epochs of different lengths can be compared
 * this way; a network that was not validated has no line.
 */
export function accuracyByImages(histories: readonly History[], title: string): Figure {
  const looks = appearancesOf(histories.map(({ network }) => network));
  const kinds = histories.map(({ recipe }) => validationName(recipe.validation)).filter(Boolean);
  const datasets = histories.map(({ dataset }) => dataset);
  const reached = histories.flatMap(({ epochs }) => epochs.map(({ valAccuracy }) => valAccuracy ?? 0));
  const lines = histories
    .filter(({ recipe }) => recipe.validation !== 'none')
    .map(({ network, epochs }) =>
      lineTrace(
        { name: network, x: imagesSeen(epochs), y: epochs.map(({ valAccuracy }) => valAccuracy ?? null) },
        looks.get(network)!,
        { hovertemplate: `${network}<br>%{x:,} images: accuracy %{y:.1%}<extra></extra>` },
      ),
    );
  return {
    data: lines,
    layout: layout({
      title: {
        text: `${title}, on ${[...new Set(datasets)].join(', ')}`,
        subtitle: { text: `accuracy on: ${[...new Set(kinds)].join(', ')}; a point for each epoch` },
      },
      height: 380,
      xaxis: { title: { text: 'images seen' }, tickformat: '~s' },
      // From zero: a small difference should look small.
      yaxis: {
        title: { text: 'held-out accuracy' },
        range: [0, Math.min(1, Math.max(0.2, ...reached) * 1.1)],
        tickformat: '.1~%',
      },
    }),
  };
}

/** Number of training images that the network has been shown up to the end of each epoch. */
export function imagesSeen(epochs: readonly EpochRow[]): number[] {
  let seen = 0;
  return epochs.map(({ seconds, imagesPerSecond }) => (seen += Math.round(seconds * imagesPerSecond)));
}
