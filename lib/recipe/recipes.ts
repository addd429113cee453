import { UserError } from '../runtime/errors';
import { noAugmentation, standardAugmentation } from './augmentation';
import { best, bestFor, bestNetworks } from './best';
import { crossEntropy } from './losses';
import type { NamedRecipe, RecipeNetwork } from './named-recipe';
import { adam, muon, sgd } from './optimizers';
import { constant, cosine, linear, warmUp } from './schedules';
import { whitening } from './whitening';

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

const speedrunMomentum = 0.85;

/**
 * The training of Jordan 2024 (https://arxiv.org/abs/2404.00498), whose network `speedrun` is: 94 % on CIFAR-10 in 9.9
 * epochs. All training images are trained on; none are held out.
 *
 * The paper takes sums over a batch of 1,024 where this library takes means, and gives rates and decays for 1,024
 * images at once: 11.5 and 0.0153, each divided by 1 + 1 / (1 − momentum). That is a rate of 1.5 for the mean. Its decay
 * of 0.0153 / 11.5, added to the gradient, goes through the momentum, which a decoupled one does not. Offsets of batch
 * normalisation move 64 times as fast and decay no faster than the rest.
 */
const speedrun: NamedRecipe = {
  epochs: 9.9,
  batchSize: 1024,
  incompleteBatch: 'drop',
  optimizer: sgd({
    learningRate: 11.5 / (1 + 1 / (1 - speedrunMomentum)),
    momentum: speedrunMomentum,
    nesterov: true,
    weightDecay: 0.0153 / 11.5 / (1 - speedrunMomentum),
    layers: [
      { layers: 'group*_bn*', rate: 64, decay: 1 / 64 },
      { layers: 'whiten', trainedEpochs: 3 },
    ],
    lookahead: { steps: 5, share: { final: 1 - 0.95 ** 5, power: 3 }, statistics: true },
  }),
  schedule: linear({ rise: 0.23, initial: 0.2, final: 0.07 }),
  loss: crossEntropy({ labelSmoothing: 0.2 }),
  augmentation: { ...noAugmentation, crop: 2, padding: 'reflect', flip: 'alternating' },
  normalisation: 'channels',
  whitening: whitening(),
  precision: 'float32',
  validation: 'none',
};

/** What the author's network divides its scores by is 256; here it is 9, and the classifier's weights are as much smaller. */
const classifierScale = 9 / 256;

const muonBatch = 2000;

/** Rates for the mean of a batch, where the author has 0.67 and 0.053 for the sum. */
const muonRates = { classifier: 0.67 * muonBatch * classifierScale ** 2, offsets: 0.053 * muonBatch };

/**
 * The author's later training of the same network, with Muon (https://github.com/KellerJordan/cifar10-airbench, 2024): 200
 * steps in eight epochs. Gradient descent updates biases, offsets and the classifier; the decay of 2e-6 an image goes through its
 * momentum there, as in `speedrun`. One thing differs: the rate of the whitening's bias falls with all others, where the
 * author's falls to 0 within its three epochs.
 */
const speedrunMuon: NamedRecipe = {
  ...speedrun,
  epochs: 8,
  batchSize: muonBatch,
  optimizer: muon({
    learningRate: 0.24,
    momentum: 0.6,
    nesterov: true,
    iterations: 3,
    scale: null,
    unitFilters: true,
    weightDecay: 0,
    descent: {
      learningRate: muonRates.classifier,
      momentum: speedrunMomentum,
      nesterov: true,
      weightDecay: (2e-6 * muonBatch) / muonRates.classifier / (1 - speedrunMomentum),
    },
    layers: [
      ...['group*_bn*', 'whiten'].map((layers) => ({
        layers,
        rate: muonRates.offsets / muonRates.classifier,
        decay: muonRates.classifier / muonRates.offsets,
      })),
      { layers: 'whiten', trainedEpochs: 3 },
    ],
  }),
  schedule: linear({ final: 0 }),
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
