import type { Recipe } from '../recipe';

export type { Recipe, Validation } from '../recipe';

/**
 * One epoch. Losses are means over images, penalties on weights included, as Keras reports them; accuracies are fractions of
 * images from 0 to 1.
 */
export interface EpochRow {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's batches, while the weights change and with dropout on: usually above `valLoss` at first. */
  loss: number;
  /**
   * The part of `loss` that regularisers add for large weights; see `imageLoss` for the rest. Missing in runs of earlier
   * versions.
   */
  penalty?: number;
  accuracy: number;
  /** Fraction of the images whose true class is among the five most probable. */
  top5: number;
  /** The mean over the images of each metric that the recipe adds, by its name; missing if it adds none. */
  metrics?: Readonly<Record<string, number>>;
  /**
   * After the epoch, with dropout off. Null if the epoch was not validated, or an interrupt cut its validation short.
   */
  valLoss: number | null;
  /** The part of `valLoss` that regularisers add. Missing as `penalty` is. */
  valPenalty?: number | null;
  valAccuracy: number | null;
  valTop5: number | null;
  /** Missing if the recipe adds no metrics, or the epoch was not validated. */
  valMetrics?: Readonly<Record<string, number>>;
  /** In the epoch's last step. */
  learningRate: number;
  /** Height and width of the images, if they were made smaller; otherwise missing. */
  side?: number;
  /** Images trained on, if a callback or the run's number of epochs ended the epoch before its end; otherwise missing. */
  images?: number;
  /** Seconds of training, without validation. */
  seconds: number;
  imagesPerSecond: number;
  /** Memory of the process after the epoch, in millions of bytes. */
  memoryMB: number;
  /** Tensors alive in tfjs after the epoch; a number that grows is a leak. */
  tensors: number;
}

/** The epoch with the best validation accuracy; if several tie, the first of them. */
export interface Best {
  readonly epoch: number;
  readonly valAccuracy: number;
}

/** More epochs for a run that was planned with fewer. */
export interface Extension {
  /** The epochs it was planned with until then. */
  readonly from: number;
  /**
   * Whether a run planned with the new number from the start would have trained these epochs alike. It would not if its
   * schedule depends on its length, or images are smaller for a share of it: the rate or their size then jumps.
   */
  readonly asPlanned: boolean;
}

export interface History {
  /** Title of the network. */
  readonly network: string;
  /** Name of the dataset. */
  readonly dataset: string;
  /** Name of the engine. */
  readonly engine: string;
  readonly recipe: Recipe;
  /** A row for every finished epoch. */
  readonly epochs: readonly EpochRow[];
  /** True if an interrupt ended the run early; the model then keeps the weights it had at that moment. */
  readonly interrupted: boolean;
  /** True if early stopping ended the run. */
  readonly stoppedEarly: boolean;
  /** Why a callback ended the run; null if none did. Missing in runs of earlier versions. */
  readonly stopReason?: string | null;
  /** What the run was given in addition to the epochs it began with, oldest first. Missing in runs of earlier versions. */
  readonly extensions?: readonly Extension[];
  /** Null if the run is not validated. */
  readonly best: Best | null;
  /** The epoch whose weights the model holds now; null in the middle of one. */
  readonly weightsOf: number | null;
  /** Images trained on, including those of an unfinished epoch. */
  readonly images: number;
  /** Seconds of training, without validation. */
  readonly seconds: number;
}

/** How many epochs were trained; no whole number if the recipe's is none, and the last one is done. */
export function trainedEpochs({ epochs, recipe }: Pick<History, 'epochs' | 'recipe'>): number {
  return Math.min(epochs.length, recipe.epochs);
}

/**
 * The loss on the images alone, without penalties on weights; in a run of an earlier version, which did not keep the two
 * apart, their sum.
 */
export function imageLoss({ loss, penalty = 0 }: EpochRow): number {
  return loss - penalty;
}

/** The same for the validation; null if the epoch was not validated. */
export function validationImageLoss({ valLoss, valPenalty }: EpochRow): number | null {
  return valLoss === null ? null : valLoss - (valPenalty ?? 0);
}
