import type { Augmentation } from './augmentation';
import type { Loss } from './losses';
import type { Normalisation } from './normalisation';
import type { Optimizer } from './optimizers';
import type { Precision } from './precision';
import { checkRanges, count, notNegative, type Ranges } from './ranges';
import type { Schedule } from './schedules';

/**
 * What is measured after an epoch.
 * - `{ split: 0.1 }`: that share of the training images, set aside and not trained on; always the same ones.
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

/** After ten validations without a lower loss. */
export function earlyStopping(options: Partial<EarlyStopping> = {}): EarlyStopping {
  return checkEarlyStopping({ patience: 10, minDelta: 0, ...options });
}

/** Everything that decides what training comes to, apart from the network, the images and the engine. */
export interface Recipe {
  /** Passes over the training images. */
  readonly epochs: number;
  /** Images a step. */
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** How the optimizer's learning rate changes over the run. */
  readonly schedule: Schedule;
  readonly loss: Loss;
  /** How training images are changed at random. */
  readonly augmentation: Augmentation;
  /** How pixels are scaled beyond 0 to 1; null for not at all. */
  readonly normalisation: Normalisation | null;
  /** What layers compute in. */
  readonly precision: Precision;
  readonly validation: Validation;
  /** Validates after every so many epochs, and after the last one. */
  readonly validationFrequency: number;
  /** Null trains all epochs. */
  readonly earlyStopping: EarlyStopping | null;
  /** Which weights the network has in the end: those of the last step, or of the best validation accuracy. */
  readonly keep: 'last' | 'best';
  /**
   * Fixes the order of the images, dropout's masks and augmentation; for a network that was trained before, together
   * with the number of steps it has behind it.
   */
  readonly seed: number;
}
