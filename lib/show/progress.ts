import { begunEpochs } from '../recipe';
import type { TrainingProgress, TrainCallbacks } from '../train/callbacks';
import { trainedEpochs, type EpochRow, type History } from '../runs/history';
import { duration, percent, whole } from './format';
import { inNotebook, Place } from './output';
import { Throttle } from './throttle';

/** Shows a line of text that changes, and its final state. */
export interface Line {
  update(text: string): void;
  end(text: string): void;
}

/**
 * For `train`'s `callbacks`: one line that shows the progress of training. In a notebook and on a terminal it is
 * replaced in place; in a log file there is a line for every epoch.
 */
export function liveProgress(): TrainCallbacks {
  const throttle = new Throttle();
  let line: Line;
  return {
    onStart: ({ network, dataset, recipe, imagesPerEpoch }) => {
      line = liveLine();
      line.update(`${network} on ${dataset}: ${recipe.epochs} epochs of ${whole(imagesPerEpoch)} images`);
    },
    onBatch: (progress) => {
      if (throttle.allows()) line.update(progressText(progress));
    },
    onEpoch: (row, { recipe }) => {
      if (!inNotebook()) line.end(epochText(row, begunEpochs(recipe)));
    },
    onEnd: (history) => {
      line.end(endText(history));
    },
  };
}

/** A line below the running cell, or on the terminal. */
export function liveLine(): Line {
  return inNotebook() ? notebookLine() : terminalLine();
}

function notebookLine(): Line {
  const place = new Place();
  const show = (text: string): void => {
    place.show({ 'text/plain': text });
  };
  return { update: show, end: show };
}

/** The part of a terminal stream that is used here. `columns` is 0 or missing if the size is unknown. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function terminalLine(terminal: Terminal = process.stdout): Line {
  // Clears to the end of the line, since the previous text may have been longer.
  const clear = '\r\x1b[K';
  return {
    update: (text) => {
      // A line that wraps could not be replaced.
      const room = terminal.columns ? terminal.columns - 1 : text.length;
      if (terminal.isTTY) terminal.write(clear + text.slice(0, room));
    },
    end: (text) => {
      terminal.write(`${terminal.isTTY ? clear : ''}${text}\n`);
    },
  };
}

export function progressText(progress: TrainingProgress): string {
  const { epoch, epochs, images, imagesPerEpoch, accuracy, imagesPerSecond, secondsLeft } = progress;
  return [
    `Epoch ${epoch}/${epochs} ${bar(images / imagesPerEpoch)} ${whole(images)}/${whole(imagesPerEpoch)}`,
    lossText('loss', progress.loss, progress.penalty),
    `accuracy ${percent(accuracy)}`,
    `${whole(imagesPerSecond)} images/s`,
    `${duration(secondsLeft)} left`,
  ].join(' · ');
}

export function bar(share: number, length = 10): string {
  const full = Math.floor(share * length);
  return '━'.repeat(full) + '┄'.repeat(length - full);
}

/** The penalty on weights is a part of the loss, as in Keras; it is told if it shows in three decimals. */
function lossText(name: string, loss: number, penalty: number | null | undefined): string {
  const part = (penalty ?? 0).toFixed(3);
  return `${name} ${loss.toFixed(3)}${part === '0.000' ? '' : ` (penalty ${part})`}`;
}

/** Metrics that the recipe adds, by their names. */
function metricTexts(prefix: string, metrics: Readonly<Record<string, number>> = {}): string[] {
  return Object.entries(metrics).map(([name, value]) => `${prefix}${name} ${value.toFixed(3)}`);
}

function epochText(row: EpochRow, epochs: number): string {
  const { epoch, loss, penalty, accuracy, valLoss, valPenalty, valAccuracy } = row;
  const validation =
    valLoss === null || valAccuracy === null
      ? []
      : [
          lossText('validation loss', valLoss, valPenalty),
          `validation accuracy ${percent(valAccuracy)}`,
          ...metricTexts('validation ', row.valMetrics),
        ];
  return [
    `Epoch ${epoch}/${epochs}`,
    lossText('loss', loss, penalty),
    `accuracy ${percent(accuracy)}`,
    ...metricTexts('', row.metrics),
    ...validation,
    `${whole(row.imagesPerSecond)} images/s`,
  ].join(' · ');
}

export function endText(history: History): string {
  const { images, seconds, interrupted, stopReason, recipe } = history;
  const done = `${trainedEpochs(history)} of ${recipe.epochs} epochs`;
  const amount = `${whole(images)} images in ${duration(seconds)}`;
  return interrupted
    ? `Interrupted after ${amount}, with ${done} finished. The network keeps what it has learnt.`
    : `Trained ${done}${stopReason == null ? '' : ` (${stopReason})`}: ${amount}, ${whole(images / seconds)} images/s.`;
}
