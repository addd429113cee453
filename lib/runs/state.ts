import type { Best, EpochRow } from './history';

/**
 * Where a run stands: with the weights, the optimizer's slots and the recipe, all that is needed to go on as if it
 * had never stopped. What is drawn at random, the learning rate and early stopping follow from the step and the rows.
 */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** The epoch at hand, from 1. */
  readonly epoch: number;
  /** Over that epoch so far; its images are the first `images` of the epoch's order. */
  readonly sums: Sums;
  /** Spent on training in that epoch, and on all validations. */
  readonly epochSeconds: number;
  readonly validationSeconds: number;
  /** A row for every epoch that was finished, validation included. */
  readonly rows: readonly EpochRow[];
  readonly best: Best | null;
  /** What ended the run; null while there is something left to do. */
  readonly ended: 'done' | 'stopped early' | null;
}

/** What one or more steps came to, each measured with the weights from before it. */
export interface StepsResult {
  readonly steps: number;
  readonly images: number;
  /** Mean over the images, penalties on weights included. */
  readonly loss: number;
  /** Share of the images whose class was most probable, 0 to 1. */
  readonly accuracy: number;
  /** Share of the images whose class was among the five most probable. */
  readonly top5: number;
  /** If the loss was not finite: the step of which that was first true, and where it came from. */
  readonly failure?: { readonly step: number; readonly reason: string };
}

/** Sums over the images of an epoch so far, from which its means come. */
export interface Sums {
  readonly images: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly top5: number;
}

export const noSums: Sums = { images: 0, loss: 0, accuracy: 0, top5: 0 };

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

/** Each batch weighs as much as its images. */
export function addSteps(sums: Sums, { images, loss, accuracy, top5 }: StepsResult): Sums {
  return {
    images: sums.images + images,
    loss: sums.loss + images * loss,
    accuracy: sums.accuracy + images * accuracy,
    top5: sums.top5 + images * top5,
  };
}

export function means({ images, loss, accuracy, top5 }: Sums): Omit<Sums, 'images'> {
  return { loss: loss / images, accuracy: accuracy / images, top5: top5 / images };
}
