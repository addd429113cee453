import type { Augmentation } from './augmentation';
import type { Loss } from './losses';
import type { CustomMetric } from './metrics';
import type { Normalisation } from './normalisation';
import type { Optimizer } from './optimizers';
import type { Precision } from './precision';
import { checkRanges, count, notNegative, type Ranges } from './ranges';
import type { ResizingStage } from './resizing';
import type { Schedule } from './schedules';
import type { PreciseStatistics } from './statistics';
import type { Whitening } from './whitening';

/**
 * What is measured after an epoch.
 * - `{ split: 0.1 }`: that share of the training images, held out of training; always the same ones.
 * - `'test'`: the test set, as in most tutorials. Choosing epochs or settings by it makes the final test
 *   accuracy look better than it is.
 * - `'none'`: nothing.
 */
export type Validation = 'test' | 'none' | { readonly split: number };

/** Ends a run when the validation loss has not fallen by more than `minDelta` in `patience` validations. */
export interface EarlyStopping {
  readonly patience: number;
  readonly minDelta: number;
}

const earlyStoppingRanges: Ranges<EarlyStopping> = { patience: count, minDelta: notNegative };

/** @throws UserError that names the first setting out of its range */
export function checkEarlyStopping(settings: EarlyStopping): EarlyStopping {
  checkRanges('earlyStopping', settings, earlyStoppingRanges);
  return settings;
}

/** Defaults to stopping after ten validations without a lower loss. */
export function earlyStopping(options: Partial<EarlyStopping> = {}): EarlyStopping {
  return checkEarlyStopping({ patience: 10, minDelta: 0, ...options });
}

/** Everything that decides the result of training, apart from the network, the images and the engine. */
export interface Recipe {
  /** Passes over the training images. With 9.9, the tenth one ends after nine tenths of its steps, rounded up. */
  readonly epochs: number;
  /** Images per step. */
  readonly batchSize: number;
  /**
   * What becomes of the last batch of an epoch if the images do not fill it: a smaller batch, as in Keras, or none, so that
   * all batches have one size. Which images an epoch leaves out is as random as its order.
   */
  readonly incompleteBatch: 'keep' | 'drop';
  readonly optimizer: Optimizer;
  /** How the optimizer's learning rate changes over the run. */
  readonly schedule: Schedule;
  readonly loss: Loss;
  /** What is measured in training and validation besides accuracy. */
  readonly metrics: readonly CustomMetric[];
  /**
   * How much the images of each class count in the training loss, in the order of the classes: the loss of an image is
   * multiplied by its class's weight, as by Keras's `class_weight`. Validation does without. Null if all count alike.
   */
  readonly classWeights: readonly number[] | null;
  /** How training images are changed at random. */
  readonly augmentation: Augmentation;
  /** The stages in which images are smaller, in their order; the rest of the run, and null, have them at full size. */
  readonly resizing: readonly ResizingStage[] | null;
  /** How pixels are standardised; null leaves them from 0 to 1. */
  readonly normalisation: Normalisation | null;
  /** The number type that layers compute in. */
  readonly precision: Precision;
  /**
   * How much each output of a network with several outputs counts in the loss, in the order of the outputs: the loss is the
   * sum of all their losses, each times its weight, as with Keras's `loss_weights`. Accuracy and predictions are those of
   * the first output. Null if all count alike, with 1 each.
   */
  readonly outputWeights: readonly number[] | null;
  /** Null leaves the first convolution as it is. */
  readonly whitening: Whitening | null;
  /** Null measures the network with batch normalisation's moving averages, as Keras does. */
  readonly preciseStatistics: PreciseStatistics | null;
  readonly validation: Validation;
  /** Validates after every `validationFrequency` epochs, and after the last one. */
  readonly validationFrequency: number;
  /** Null trains for all epochs. */
  readonly earlyStopping: EarlyStopping | null;
  /**
   * Which weights the network ends with: those of the last step, or of the epoch with the best validation
   * accuracy.
   */
  readonly keep: 'last' | 'best';
  /**
   * Fixes the order of the images, dropout's masks and augmentation; for a network that was trained before, together
   * with the number of steps it was trained for.
   */
  readonly seed: number;
}

/** How many epochs a run begins, one at least: the last one is cut short if `epochs` is no whole number. */
export function begunEpochs({ epochs }: Pick<Recipe, 'epochs'>): number {
  return Math.max(1, Math.ceil(settled(epochs)));
}

/** How many steps a run of `epochs` epochs takes: one at least. */
export function stepsIn(epochs: number, stepsPerEpoch: number): number {
  // A product such as 2.2 · 5 is a hair above the whole number that it stands for.
  return Math.max(1, Math.ceil(settled(epochs) * stepsPerEpoch - 1e-7));
}

/** A product such as 0.07 · 100 is a hair above the whole number of epochs that it stands for. */
function settled(epochs: number): number {
  const whole = Math.round(epochs);
  return Math.abs(epochs - whole) < 1e-6 ? whole : epochs;
}
