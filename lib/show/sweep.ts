/** Sweeps: how a network does when one hyperparameter is varied. */
import { accuraciesOf, accuracyOf, sweepRows } from '../study/points';
import type { Sweep, SweepCallbacks, SweepPoint, SweepProgress } from '../study/sweep';
import { labelled, trainingCurves, validationName } from './curves';
import { layout, type DotTrace, type Figure } from './figure';
import { FigurePlace } from './figure-place';
import { duration, fixed, percent, whole } from './format';
import { emit, inNotebook } from './output';
import { appearancesOf, ink } from './palette';
import { bar, liveLine, type Line } from './progress';
import { figureOutput } from './show';
import type { TableOptions } from './table';
import { Throttle } from './throttle';

/**
 * Validation accuracy of each setting: a dot for each seed, and the mean with the standard deviation over seeds. The
 * open dots are training accuracies; their distance from the others shows overfitting.
 */
export function sweepFigure(sweep: Sweep): Figure {
  const { study, network, dataset } = sweep;
  const points = sweep.points.filter(({ runs }) => runs.length > 0);
  const { colour } = appearancesOf([network]).get(network)!;
  const repeated = points.some(({ runs }) => runs.length > 1);
  const settings = points.map(({ setting }) => setting);
  const hover = (what: string): string => `${study} %{x}: ${what} %{y:.1%}<extra></extra>`;
  const training: DotTrace = {
    ...{ type: 'scatter', mode: 'markers', name: 'training, last epoch' },
    x: settings,
    y: sweepRows({ ...sweep, points }).map(({ trainingAccuracy }) => trainingAccuracy),
    marker: { color: ink, symbol: 'circle-open', size: 9 },
    showlegend: true,
    hovertemplate: hover('training accuracy'),
  };
  const seeds: DotTrace = {
    ...{ type: 'scatter', mode: 'markers', name: 'each seed' },
    x: points.flatMap((point) => accuraciesOf(point).map(() => point.setting)),
    y: points.flatMap(accuraciesOf),
    marker: { color: colour, symbol: 'circle', size: 6, opacity: 0.5 },
    showlegend: true,
    hovertemplate: hover('validation accuracy'),
  };
  const spreads = points.map(accuracyOf);
  const means: DotTrace = {
    ...{ type: 'scatter', mode: 'markers' },
    name: repeated ? 'validation, mean ± deviation' : 'validation',
    x: settings,
    y: spreads.map(({ mean }) => mean),
    marker: { color: colour, symbol: 'diamond', size: 11 },
    ...(repeated && {
      error_y: {
        ...{ type: 'data', color: colour, thickness: 1.5 },
        array: spreads.map(({ deviation }) => deviation),
      },
    }),
    showlegend: true,
    hovertemplate: hover('mean validation accuracy'),
  };
  return {
    data: [training, ...(repeated ? [seeds] : []), means],
    layout: layout({
      title: { text: `${network} on ${dataset}: ${study}`, subtitle: { text: subtitle(sweep) } },
      height: 400,
      xaxis: { title: { text: study }, type: 'category', showgrid: false },
      yaxis: { title: { text: 'accuracy' }, tickformat: '.1~%' },
    }),
  };
}

function subtitle({ points }: Sweep): string {
  const recipe = points.flatMap(({ runs }) => runs.map(({ history }) => history.recipe)).at(0);
  const failed = points.filter(({ failure }) => failure !== null).map(({ setting }) => setting);
  return [
    ...(recipe ? [`validation: ${validationName(recipe.validation)}`] : []),
    ...(failed.length > 0 ? [`the loss was no number any more: ${failed.join(', ')}`] : []),
  ].join('; ');
}

/** The curves of all settings, each with its first seed. */
export function sweepCurves({ study, network, points }: Sweep): Figure {
  const histories = points.flatMap(({ setting, runs }) =>
    runs.slice(0, 1).map(({ history }) => labelled(history, setting)),
  );
  return trainingCurves(histories, { title: `${network}: ${study}` });
}

/** Caption, headings and formats for `showTable` of a DataFrame made from `sweepRows`. */
export function sweepTable({ study, network, dataset }: Sweep): TableOptions {
  return {
    caption: `${network} on ${dataset}: ${study}`,
    labels: {
      setting: study,
      trainingAccuracy: 'training accuracy',
      validationAccuracy: 'validation accuracy',
      seconds: 'training, s',
    },
    format: {
      parameters: whole,
      trainingAccuracy: percent,
      validationAccuracy: percent,
      deviation: percent,
      seconds: fixed(1),
    },
  };
}

/**
 * For `sweep`'s `callbacks`: one line that shows the progress, and a figure that grows after each run. On a terminal
 * the figure is printed once, at the end, as a table.
 */
export function liveSweep(): SweepCallbacks {
  const throttle = new Throttle();
  let line: Line;
  let place: FigurePlace | undefined;
  return {
    onStart: ({ study, network, dataset, runs }) => {
      line = liveLine();
      line.update(`${network} on ${dataset}: ${study}, ${runs} runs`);
      place = inNotebook() ? new FigurePlace() : undefined;
    },
    onProgress: (progress) => {
      if (throttle.allows()) line.update(sweepText(progress));
    },
    onRun: (sweep) => {
      if (sweep.points.some(({ runs }) => runs.length > 0)) place?.show(sweepFigure(sweep));
    },
    onEnd: (sweep) => {
      line.end(endText(sweep));
      if (!place && doneIn(sweep) > 0) emit(figureOutput(sweepFigure(sweep)));
    },
  };
}

function sweepText({ study, setting, seed, run, runs, training, secondsLeft }: SweepProgress): string {
  const { epoch, epochs, images, imagesPerEpoch, accuracy } = training;
  const share = (run - 1 + (epoch - 1 + images / imagesPerEpoch) / epochs) / runs;
  return [
    `Run ${run}/${runs} ${bar(share)} ${study} ${setting}, seed ${seed}`,
    `epoch ${epoch}/${epochs}`,
    `accuracy ${percent(accuracy)}`,
    `about ${duration(secondsLeft)} left`,
  ].join(' · ');
}

function endText(sweep: Sweep): string {
  const { study, runs, interrupted, points } = sweep;
  const failed = points.filter(({ failure }) => failure !== null);
  return [
    interrupted
      ? `Interrupted: ${doneIn(sweep)} of ${runs} runs of "${study}" are finished. Run the cell again to go on.`
      : `Finished: ${runs} runs of "${study}".`,
    ...failed.map(({ setting, failure }) => `${setting}: ${String(failure)}`),
  ].join('\n');
}

function doneIn({ points }: Sweep): number {
  return points.reduce((total: number, { runs }: SweepPoint) => total + runs.length, 0);
}
