import { UserError } from '../runtime/errors';
import { noAugmentation, standardAugmentation } from './augmentation';
import { best, bestFor, bestNetworks } from './best';
import { crossEntropy } from './losses';
import type { NamedRecipe, RecipeNetwork } from './named-recipe';
import { adam, sgd } from './optimizers';
import { constant, cosine, warmUp } from './schedules';
import { speedrun, speedrunMuon } from './speedrun';

export type RecipeName = 'seed' | 'modern' | 'best' | 'speedrun' | 'speedrun-muon';

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

const recipes: Readonly<Record<RecipeName, NamedRecipe>> = {
  seed,
  modern,
  best,
  speedrun,
  'speedrun-muon': speedrunMuon,
};

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
  best: bestFor,
  speedrun: {},
  'speedrun-muon': {},
};

/** What a network is built with for a recipe, by the recipe's name and the network's. */
const networkOptions: Readonly<Partial<Record<RecipeName, Readonly<Record<string, RecipeNetwork>>>>> = {
  best: bestNetworks,
};

/** Recipes that name layers of one network, and that network. */
const madeFor: Readonly<Partial<Record<RecipeName, string>>> = {
  speedrun: 'speedrun',
  'speedrun-muon': 'speedrun',
};

export const recipeNames = Object.keys(recipes) as RecipeName[];

/** The recipes by which a network can be trained. @param network the network's name */
export function recipeNamesFor(network: string): RecipeName[] {
  return recipeNames.filter((name) => (madeFor[name] ?? network) === network);
}

/**
 * A recipe by its name, for `train`'s options: `{ ...recipe('modern', model.name), epochs: 100 }`. Some recipes want the
 * network built with other options than its defaults: `networkOptionsFor` has them.
 * @param network the network's name, for the settings in which it differs
 * @throws UserError that lists the known names, or those for the network
 */
export function recipe(name: string, network = ''): NamedRecipe {
  const known = knownRecipe(name, network);
  return { ...recipes[known], ...ownOf(adapted[known], network) };
}

/**
 * What a recipe builds a network with, other than the defaults: `lenet5(networkOptionsFor('best', 'lenet5'))`.
 * @returns an empty object for most
 * @throws UserError as `recipe` does
 */
export function networkOptionsFor(name: string, network: string): RecipeNetwork {
  return { ...ownOf(networkOptions[knownRecipe(name, network)] ?? {}, network) };
}

function knownRecipe(name: string, network: string): RecipeName {
  if (!Object.hasOwn(recipes, name)) {
    throw new UserError(`No recipe is called "${name}". Choose one of: ${recipeNames.join(', ')}.`);
  }
  const known = name as RecipeName;
  const own = madeFor[known];
  if (own === undefined || network === '' || network === own) return known;
  const others = recipeNamesFor(network).join(', ');
  throw new UserError(
    `The recipe "${name}" is made for the network ${own}, not for ${network}. Choose one of: ${others}.`,
  );
}

function ownOf<T>(byNetwork: Readonly<Record<string, T>>, network: string): T | undefined {
  return Object.hasOwn(byNetwork, network) ? byNetwork[network] : undefined;
}
