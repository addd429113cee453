import { UserError } from '../runtime/errors';
import { noAugmentation, standardAugmentation } from './augmentation';
import { crossEntropy } from './losses';
import { adam, sgd } from './optimizers';
import type { PrecisionChoice } from './precision';
import type { Recipe } from './recipe';
import { constant, cosine, warmUp } from './schedules';

/**
 * The part of a recipe that does not depend on the single run. `normalisation: 'channels'` stands for the
 * statistics of the training images, which are known only with a dataset, and `precision: 'auto'` for what suits the
 * device.
 */
export interface NamedRecipe
  extends Pick<Recipe, 'epochs' | 'batchSize' | 'optimizer' | 'schedule' | 'loss' | 'augmentation'> {
  readonly normalisation: 'channels' | null;
  readonly precision: PrecisionChoice;
}

export type RecipeName = 'seed' | 'modern';

/** Where the course starts: Keras's defaults and nothing else. */
const seed: NamedRecipe = {
  epochs: 10,
  batchSize: 32,
  optimizer: adam(),
  schedule: constant(),
  loss: crossEntropy(),
  augmentation: noAugmentation,
  normalisation: null,
  precision: 'float32',
};

/**
 * What works well on CIFAR-10: gradient descent with Nesterov momentum, weight decay, a cosine schedule after a
 * warm-up, crop, flip and cutout, and label smoothing.
 *
 * The decay is decoupled. In frameworks that add it to the gradient, momentum multiplies it by 1 / (1 − 0.9), so
 * their usual 5e-4 corresponds to 5e-3 here.
 */
const modern: NamedRecipe = {
  epochs: 30,
  batchSize: 128,
  optimizer: sgd({
    learningRate: 0.1,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-3,
    decayed: 'kernels',
  }),
  schedule: warmUp(2, cosine()),
  loss: crossEntropy({ labelSmoothing: 0.1 }),
  augmentation: { ...standardAugmentation, cutout: 8 },
  normalisation: 'channels',
  precision: 'float32',
};

const recipes: Readonly<Record<RecipeName, NamedRecipe>> = { seed, modern };

/** What differs for a network, by the network's name. */
const adapted: Readonly<Record<RecipeName, Readonly<Record<string, Partial<NamedRecipe>>>>> = {
  seed: {},
  modern: {
    // Plain descent hardly gets out of the flat start of its sigmoids, and 62,006 parameters do not overfit.
    lenet5: {
      batchSize: 32,
      optimizer: adam({ learningRate: 2e-3, weightDecay: 1e-3, decayed: 'kernels' }),
      loss: crossEntropy(),
      augmentation: standardAugmentation,
    },
  },
};

export const recipeNames = Object.keys(recipes) as RecipeName[];

/**
 * A recipe by its name, for `train`'s options: `{ ...recipe('modern', model.name), epochs: 100 }`.
 * @param network the network's name, for the settings in which it differs
 * @throws UserError that lists the known names
 */
export function recipe(name: string, network = ''): NamedRecipe {
  if (!Object.hasOwn(recipes, name)) {
    throw new UserError(`No recipe is called "${name}". Choose one of: ${recipeNames.join(', ')}.`);
  }
  const known = name as RecipeName;
  return { ...recipes[known], ...(Object.hasOwn(adapted[known], network) && adapted[known][network]) };
}
