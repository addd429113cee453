import type { Recipe } from '../recipe';

export type { Recipe, Validation } from '../recipe';

/** One epoch. Losses are means over images, accuracies shares of images from 0 to 1. */
export interface EpochRow {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's batches while the weights moved, with dropout on: usually above `valLoss` early on. */
  loss: number;
  accuracy: number;
  /** Share of the images whose class was among the five most probable. */
  top5: number;
  /** After the epoch, with dropout off; null where nothing was validated, or an interrupt came before it was done. */
  valLoss: number | null;
  valAccuracy: number | null;
  valTop5: number | null;
  /** Of the epoch's last step. */
  learningRate: number;
  /** Spent on training; validation comes on top. */
  seconds: number;
  imagesPerSecond: number;
  /** What the process holds in memory after the epoch, in millions of bytes. */
  memoryMB: number;
  /** Tensors alive in tfjs after the epoch; a number that grows is a leak. */
  tensors: number;
}

/** The epoch of the best validation accuracy; of several alike the first. */
export interface Best {
  readonly epoch: number;
  readonly valAccuracy: number;
}

export interface History {
  /** Title of the network. */
  readonly network: string;
  /** Name of the dataset. */
  readonly dataset: string;
  /** Name of the engine. */
  readonly engine: string;
  readonly recipe: Recipe;
  /** A row for every epoch that was finished. */
  readonly epochs: readonly EpochRow[];
  /** True if an interrupt ended the run early; the model then keeps the weights of that moment. */
  readonly interrupted: boolean;
  /** True if early stopping ended it. */
  readonly stoppedEarly: boolean;
  /** Null without a validation. */
  readonly best: Best | null;
  /** The epoch whose weights the model holds now; null in the middle of one. */
  readonly weightsOf: number | null;
  /** Images trained on, those of an unfinished epoch included. */
  readonly images: number;
  /** Spent on training, validation left out. */
  readonly seconds: number;
}
