import { check } from '../runtime/check';
import { checkAugmentation } from './augmentation';
import { checkLoss } from './losses';
import { checkMetrics } from './metrics';
import { checkOptimizer } from './optimizers';
import {
  anyNumber,
  betweenZeroAndOne,
  checkedApart,
  checkRanges,
  count,
  listOf,
  oneOf,
  orNull,
  positive,
  weights,
  wholeNumber,
  type Ranges,
} from './ranges';
import { checkEarlyStopping, type Recipe } from './recipe';
import { checkResizing } from './resizing';
import { checkSchedule } from './schedules';
import { checkPreciseStatistics } from './statistics';
import { checkWhitening } from './whitening';

const ranges: Ranges<Recipe> = {
  epochs: positive,
  batchSize: count,
  incompleteBatch: oneOf('keep', 'drop'),
  validationFrequency: count,
  seed: wholeNumber,
  precision: oneOf('float32', 'mixed_bfloat16'),
  keep: oneOf('last', 'best'),
  optimizer: checkedApart,
  schedule: checkedApart,
  loss: checkedApart,
  metrics: checkedApart,
  classWeights: orNull(weights),
  outputWeights: orNull(weights),
  augmentation: checkedApart,
  resizing: checkedApart,
  normalisation: checkedApart,
  validation: checkedApart,
  earlyStopping: checkedApart,
  preciseStatistics: checkedApart,
  whitening: checkedApart,
};

/**
 * Checks that every setting of a recipe is in its range, however the recipe was made.
 * @param imageShape height, width and channels of the images it is for
 * @throws UserError that names the first setting that is not, its value, and what is allowed
 */
export function checkRecipe(recipe: Recipe, imageShape: readonly [number, number, number]): void {
  const { resizing, normalisation, validation, earlyStopping, preciseStatistics, whitening } = recipe;
  checkRanges('', recipe, ranges);
  checkOptimizer(recipe.optimizer);
  checkSchedule(recipe.schedule);
  checkLoss(recipe.loss);
  checkMetrics(recipe.metrics);
  checkAugmentation(recipe.augmentation, imageShape);
  if (resizing !== null) checkResizing(resizing, imageShape);
  if (earlyStopping !== null) checkEarlyStopping(earlyStopping);
  if (preciseStatistics !== null) checkPreciseStatistics(preciseStatistics);
  if (whitening !== null) checkWhitening(whitening);
  const { lookahead } = recipe.optimizer;
  const both = preciseStatistics !== null && lookahead?.statistics === true;
  check(
    !both,
    'optimizer.lookahead.statistics',
    true,
    'false with preciseStatistics, which take their place',
  );
  if (validation !== 'test' && validation !== 'none') {
    const allowed = 'test, none, or { split } with the share of the training images to set aside';
    check(typeof validation === 'object', 'validation', validation, allowed);
    checkRanges('validation', validation, { split: betweenZeroAndOne });
  }
  if (normalisation !== null) {
    const channels = imageShape[2];
    checkRanges('normalisation', normalisation, {
      mean: listOf(channels, anyNumber),
      deviation: listOf(channels, positive),
    });
  }
}
