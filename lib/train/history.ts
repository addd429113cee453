import type { Augmentation, Loss, Normalisation, Optimizer, Precision } from '../recipe';

/**
 * What is measured after every epoch.
 * - `'test'`: the test set, as in most tutorials. Choosing epochs or settings by it makes the final test
 *   accuracy look better than it is.
 * - `{ split: 0.1 }`: that share of the training images, set aside and not trained on.
 * - `'none'`: nothing.
 */
export type Validation = 'test' | 'none' | { readonly split: number };

/** One epoch. Losses are means over images, accuracies shares of images from 0 to 1. */
export interface EpochRow {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's batches while the weights moved, with dropout on: usually above `valLoss` early on. */
  loss: number;
  accuracy: number;
  /** Share of the images whose class was among the five most probable. */
  top5: number;
  /** After the epoch, with dropout off; null without validation, or if an interrupt came before it was done. */
  valLoss: number | null;
  valAccuracy: number | null;
  /** Spent on training; validation comes on top. */
  seconds: number;
  imagesPerSecond: number;
}

/** How a run was set up, everything resolved. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly augmentation: Augmentation;
  readonly normalisation: Normalisation | null;
  readonly precision: Precision;
  readonly validation: Validation;
  readonly seed: number;
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
  /** Images trained on, those of an unfinished epoch included. */
  readonly images: number;
  /** Spent on training, validation left out. */
  readonly seconds: number;
}
