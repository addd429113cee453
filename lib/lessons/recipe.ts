import { adam, cosine, noAugmentation, preciseStatistics, recipe, warmUp } from '../recipe';
import type { TrainOptions } from '../train/train';
import { profileFor, type ComparedNetwork, type ProfileName } from './profiles';

/**
 * What the short profiles change in the recipe `seed`, so that few images and a few hundred steps show what a network can
 * do. The rate rises over half an epoch to twice Adam's usual one and then falls to zero. Each image is mirrored in every
 * second epoch. The channels' means are taken away, without which LeNet-5's sigmoids may not get going at all. Batch
 * normalisation has statistics that are the network's own: Keras's moving averages would still hold much of their initial
 * values.
 */
const short = {
  optimizer: adam({ learningRate: 2e-3 }),
  schedule: warmUp(0.5, cosine()),
  augmentation: { ...noAugmentation, flip: 'alternating' },
  normalisation: 'channels',
  preciseStatistics: preciseStatistics({ batches: 20 }),
} satisfies TrainOptions;

/** What differs for a network: LeNet-5 takes larger steps, since the slopes of its sigmoids are a quarter at most. */
const adapted: Partial<Readonly<Record<ComparedNetwork, TrainOptions>>> = {
  lenet5: { optimizer: adam({ learningRate: 4e-3 }) },
};

/**
 * How a lesson trains its network in this profile: by Keras's defaults (the recipe `seed`) in `full`, and by one
 * recipe for all networks in the short profiles, with a rate of its own for LeNet-5. The network ends with the weights
 * of the epoch that did best on the tenth of the training images held out for it.
 */
export function lessonRecipe(network: ComparedNetwork, profile: ProfileName): TrainOptions {
  const { epochs, batchSize } = profileFor(network, profile);
  return {
    ...recipe('seed', network),
    ...(profile !== 'full' && { ...short, ...adapted[network] }),
    ...{ epochs, batchSize, validation: { split: 0.1 }, keep: 'best' },
  };
}
