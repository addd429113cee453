import { counted } from '../data/text';
import type { Loss } from '../recipe';
import {
  imageLoss,
  validationImageLoss,
  type EpochRow,
  type History,
  type Validation,
} from '../runs/history';
import { layout, type Axis, type Figure, type LineTrace } from './figure';
import { short } from './format';
import { appearancesOf, type Appearance } from './palette';
import { spikeFree } from './spikes';

/** The two panels, left and right. */
const measures = [
  {
    xaxis: 'x',
    yaxis: 'y',
    training: (row: EpochRow) => row.accuracy,
    validation: (row: EpochRow) => row.valAccuracy,
    hover: '%{y:.1%}',
  },
  {
    xaxis: 'x2',
    yaxis: 'y2',
    training: imageLoss,
    validation: validationImageLoss,
    hover: '%{y:.3f}',
  },
] as const;

export interface CurvesOptions {
  /** Title of the figure. Defaults to the networks and datasets. */
  title?: string;
  /** How each network looks. Defaults to `appearancesOf` of these networks. */
  looks?: ReadonlyMap<string, Appearance>;
}

/** The same history with another name, for variants of one network in the same figure. */
export function labelled(history: History, name: string): History {
  return { ...history, network: name };
}

/**
 * Accuracy and loss by epoch, the loss without penalties on weights, for training (dashed) and validation (solid). Several
 * histories share the panels, each in the colour of its network; histories that `labelled` renamed get colours of their
 * own. Single losses that would flatten the rest are left above the axis, and the subtitle says so.
 */
export function trainingCurves(histories: History | readonly History[], options: CurvesOptions = {}): Figure {
  const all: readonly History[] = 'epochs' in histories ? [histories] : histories;
  const epochs = Math.max(1, ...all.map((history) => history.recipe.epochs));
  const alone = all.length === 1;
  const validated = all.some((history) => history.recipe.validation !== 'none');
  const kinds = unique(all.map((history) => validationName(history.recipe.validation)).filter(Boolean));
  const names = all.map((history) => history.network);
  const { looks = appearancesOf(names) } = options;
  const datasets = unique(all.map((history) => history.dataset));

  const x: Axis = {
    title: { text: 'epoch' },
    // As long as training will take, so that the axis does not jump while the curve grows.
    range: [0.8, epochs + 0.2],
    dtick: Math.ceil(epochs / 10),
  };
  const data = all.flatMap((history) => traces(history, looks.get(history.network)!, alone));
  const losses = data.filter(({ yaxis }) => yaxis === 'y2').flatMap(({ y }) => y);
  const cut = spikeFree(losses.filter((loss): loss is number => loss !== null));
  const lines = alone || !validated ? '' : `solid: ${kinds}, dashed: training`;
  const left = cut && `above the loss axis: ${counted(cut.above, 'value')}, up to ${short(cut.highest)}`;
  return {
    data,
    layout: layout({
      title: {
        text: options.title ? `${options.title}, on ${datasets}` : `${unique(names)} on ${datasets}`,
        subtitle: { text: [lines, left].filter(Boolean).join('; ') },
      },
      height: 380,
      xaxis: { ...x, domain: [0, 0.44], anchor: 'y' },
      xaxis2: { ...x, domain: [0.56, 1], anchor: 'y2' },
      yaxis: { title: { text: 'accuracy' }, tickformat: '.1~%', anchor: 'x' },
      yaxis2: { title: { text: lossTitle(all) }, anchor: 'x2', ...(cut && { range: cut.range }) },
    }),
  };
}

function traces(history: History, { colour, symbol }: Appearance, alone: boolean): LineTrace[] {
  const { network, recipe, epochs } = history;
  const validation = validationName(recipe.validation);
  const line = (measure: (typeof measures)[number], what: string, solid: boolean): LineTrace => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: alone ? what : network,
    x: epochs.map((row) => row.epoch),
    y: epochs.map(solid && validation ? measure.validation : measure.training),
    xaxis: measure.xaxis,
    yaxis: measure.yaxis,
    line: { color: colour, dash: solid ? 'solid' : 'dash', width: 2 },
    marker: { symbol, size: solid ? 8 : 5 },
    // The lines of both panels belong together: one entry in the legend shows and hides both.
    showlegend: measure.xaxis === 'x' && (alone || solid),
    legendgroup: alone ? what : network,
    hovertemplate: `${network}, ${what}<br>epoch %{x}: ${measure.hover}<extra></extra>`,
  });
  return measures.flatMap((measure) =>
    validation
      ? [line(measure, 'training', false), line(measure, validation, true)]
      : [line(measure, 'training', true)],
  );
}

/** The images that the validation used, in words; empty without validation. */
export function validationName(validation: Validation): string {
  if (validation === 'none') return '';
  return validation === 'test' ? 'test set' : `held-out ${Math.round(validation.split * 100)} %`;
}

function lossName(loss: Loss): string {
  switch (loss.kind) {
    case 'crossEntropy':
      return 'cross-entropy, nats';
    case 'meanSquaredError':
      return 'mean squared error';
    case 'custom':
      return loss.name;
  }
}

/** Rows of earlier versions don't say how much of a loss is penalty: the title says that some of it may be. */
function lossTitle(histories: readonly History[]): string {
  const names = histories.map(({ recipe }) => lossName(recipe.loss));
  const mayHoldPenalty = histories.some(({ epochs }) => epochs.some(({ penalty }) => penalty === undefined));
  return `loss (${unique(names)}${mayHoldPenalty ? ', with any penalty on weights' : ''})`;
}

function unique(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
