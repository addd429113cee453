import type { Best, EpochRow } from './history';

/**
 * Where a run stands. Together with the weights, the optimizer's slots and the recipe, this is all that is needed to
 * continue as if training had never stopped: random numbers, learning rate and early stopping follow from the step and
 * the rows, and from what callbacks changed.
 */
export interface TrainingState {
  /**
   * Steps that the network had been trained for before this training began; with the seed, they decide what is drawn.
   * Missing in checkpoints of earlier versions, which drew as if it were 0.
   */
  readonly stepsBefore?: number;
  /** Number of steps taken. */
  readonly step: number;
  /** The current epoch, counted from 1. */
  readonly epoch: number;
  /** Over the current epoch so far: the first `images` images in the epoch's order. */
  readonly sums: Sums;
  /** Seconds of training in the current epoch so far, and of all validations. */
  readonly epochSeconds: number;
  readonly validationSeconds: number;
  /** A row for every finished epoch, after its validation. */
  readonly rows: readonly EpochRow[];
  readonly best: Best | null;
  /** Of the last step. Missing before the first, and in checkpoints of earlier versions. */
  readonly lastRate?: number;
  /** What callbacks made of the learning rate; missing if nothing. */
  readonly rateChange?: RateChange;
  /** Why a callback wants the run to end; missing if none does. */
  readonly stopReason?: string;
  /** Why the run ended; null if it has not. */
  readonly ended: 'done' | 'stopped early' | 'stopped by a callback' | null;
}

/** Makes the rate of all following steps the schedule's times `factor`, or `rate` whatever the schedule says. */
export type RateChange = { readonly factor: number } | { readonly rate: number };

/** The result of one or more steps, each measured with the weights before its update. */
export interface StepsResult {
  readonly steps: number;
  readonly images: number;
  /** Mean over the images, penalties on weights included. */
  readonly loss: number;
  /** The penalties on weights, a part of `loss`; mean over the images. */
  readonly penalty: number;
  /** Fraction of the images whose true class is the most probable one, 0 to 1. */
  readonly accuracy: number;
  /** Fraction of the images whose true class is among the five most probable. */
  readonly top5: number;
  /** The mean over the images of each metric that the recipe adds, by its name; missing if it adds none. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** If the loss was not finite: the first step where it was not, and why. */
  readonly failure?: { readonly step: number; readonly reason: string };
}

/** Sums over the images of an epoch so far; {@link means} divides them by the number of images. */
export interface Sums {
  readonly images: number;
  readonly loss: number;
  /** The part of `loss` that is penalties. Missing in an epoch that an earlier version began. */
  readonly penalty?: number;
  readonly accuracy: number;
  readonly top5: number;
  /** By the metric's name. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export const noSums: Sums = { images: 0, loss: 0, penalty: 0, accuracy: 0, top5: 0 };

export const initialState: TrainingState = {
  step: 0,
  epoch: 1,
  sums: noSums,
  epochSeconds: 0,
  validationSeconds: 0,
  rows: [],
  best: null,
  ended: null,
};

/** Adds the result of some steps, weighted by their number of images. */
export function addSteps(sums: Sums, { images, loss, penalty, accuracy, top5, metrics }: StepsResult): Sums {
  return {
    images: sums.images + images,
    loss: sums.loss + images * loss,
    ...(sums.penalty !== undefined && { penalty: sums.penalty + images * penalty }),
    accuracy: sums.accuracy + images * accuracy,
    top5: sums.top5 + images * top5,
    ...(metrics && {
      metrics: mapValues(metrics, (mean, name) => (sums.metrics?.[name] ?? 0) + images * mean),
    }),
  };
}

export function means({ images, loss, penalty, accuracy, top5, metrics }: Sums): Omit<Sums, 'images'> {
  const mean = (sum: number): number => significant(sum / images);
  return {
    loss: mean(loss),
    ...(penalty !== undefined && { penalty: mean(penalty) }),
    accuracy: mean(accuracy),
    top5: mean(top5),
    ...(metrics && { metrics: mapValues(metrics, mean) }),
  };
}

/** Twelve digits: the last four of a double tell how steps were grouped, which depends on the machine's speed. */
function significant(value: number): number {
  return Number(value.toPrecision(12));
}

function mapValues(
  record: Readonly<Record<string, number>>,
  change: (value: number, name: string) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
