import { noAugmentation } from './augmentation';
import type { Recipe } from './recipe';

/** The settings that recipes did not have from the beginning, each with the value that means what was done before. */
const added = {
  incompleteBatch: 'keep',
  metrics: [],
  classWeights: null,
  outputWeights: null,
  preciseStatistics: null,
  resizing: null,
  whitening: null,
} satisfies Partial<Recipe>;

/**
 * A recipe as an earlier version of this project may have stored it, with the settings that it lacks: a missing
 * setting means that what it is about was not done.
 */
export function completed(stored: Recipe): Recipe {
  return { ...added, ...stored, augmentation: { ...noAugmentation, ...stored.augmentation } };
}
