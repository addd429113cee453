import { isDeepStrictEqual } from 'node:util';
import { channelStatistics } from '../data/statistics';
import type { Dataset } from '../data/types';
import type { Normalisation, Recipe } from '../recipe';
import type { RunOptions } from '../runs/run-folder';
import { storedRecipe } from './stored-recipe';
import { divide } from './validation';

/**
 * What `normalisation: 'channels'` stands for: mean and deviation of each channel over the images trained on. Images
 * that validate take no part, as the test images don't.
 *
 * Runs stored by the first version of this project took them over all training images. Such a run goes on with what
 * it stored, with a notice.
 */
export function channelNormalisation(
  dataset: Dataset,
  { validation }: Pick<Recipe, 'validation'>,
  run: RunOptions | undefined,
  onNotice: (message: string) => void,
): Normalisation {
  const { train, imageShape } = dataset;
  const ofTrained = channelStatistics(train, imageShape, divide(dataset, validation).train);
  const stored = storedRecipe(run)?.normalisation;
  if (!stored || isDeepStrictEqual(stored, ofTrained)) return ofTrained;
  const ofAll = channelStatistics(train, imageShape);
  if (!isDeepStrictEqual(stored, ofAll)) return ofTrained;
  onNotice(
    `The run "${run?.name ?? ''}" was begun with the mean and deviation of all training images, those that validate ` +
      'included, and goes on with them. To take them of the images trained on alone, start it afresh.',
  );
  return ofAll;
}
