import type { PrecisionChoice } from './precision';
import type { Recipe } from './recipe';

/**
 * The part of a recipe that does not depend on the single run. `normalisation: 'channels'` stands for the
 * statistics of the training images, which are known only with a dataset, and `precision: 'auto'` for what suits the
 * device.
 */
export interface NamedRecipe
  extends Pick<Recipe, 'epochs' | 'batchSize' | 'optimizer' | 'schedule' | 'loss' | 'augmentation'>,
    Partial<Pick<Recipe, 'validation' | 'whitening' | 'incompleteBatch' | 'preciseStatistics' | 'resizing'>> {
  readonly normalisation: 'channels' | null;
  readonly precision: PrecisionChoice;
}

/** What a recipe may change in the network that it trains: options that every network's builder takes. */
export interface RecipeNetwork {
  readonly dropout?: number;
  readonly activation?: 'relu';
}
