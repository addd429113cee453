/**
 * The recipe `best`: how far each network gets on CIFAR-10 in some five minutes (Baseline) to an hour and a half (VGG16,
 * ResNet18) on two CPU cores. Its settings follow the literature on short trainings. All training images are trained on, so
 * no epoch is chosen, and the test images are looked at once; give a validation to try other settings.
 */
import { noAugmentation, type Augmentation } from './augmentation';
import { crossEntropy } from './losses';
import type { NamedRecipe, RecipeNetwork } from './named-recipe';
import { adam, sgd, type Sgd } from './optimizers';
import { linear } from './schedules';
import { preciseStatistics } from './statistics';
import type { ResizingStage } from './resizing';

/** Short trainings repeat each image too seldom for more than this to pay. */
const shifted: Augmentation = { ...noAugmentation, crop: 2, padding: 'reflect', flip: 'alternating' };

/**
 * Nesterov momentum, as in most short trainings. The decay is decoupled: 5e-3 at a momentum of 0.9 is the usual 5e-4 that is
 * added to the gradient. Offsets and batch normalisation do not decay (He et al. 2019, https://arxiv.org/abs/1812.01187).
 */
function nesterov(learningRate: number, more: Partial<Sgd> = {}): Sgd {
  const momentum = { momentum: 0.9, nesterov: true };
  return sgd({ learningRate, ...momentum, weightDecay: 5e-3, decayed: 'kernels', ...more });
}

/**
 * Two fifths of the run at a quarter of the cost, three tenths at nine sixteenths: in all, 0.57 of the work. For networks
 * whose weights fit images of any size.
 */
const growing: readonly ResizingStage[] = [
  { until: 0.4, side: 16 },
  { until: 0.7, side: 24 },
];

export const best: NamedRecipe = {
  epochs: 12,
  batchSize: 128,
  incompleteBatch: 'drop',
  optimizer: nesterov(0.1),
  // Up to a rate that a constant one could not bear, and down to nothing (Smith & Topin 2017, one cycle, in straight lines).
  schedule: linear({ rise: 0.25, initial: 0.1 }),
  loss: crossEntropy({ labelSmoothing: 0.1 }),
  augmentation: shifted,
  normalisation: 'channels',
  preciseStatistics: preciseStatistics(),
  precision: 'auto',
  validation: 'none',
};

/** What differs, by the network's name. */
export const bestFor: Readonly<Record<string, Partial<NamedRecipe>>> = {
  // Six filters: it underfits, and is hindered by smoothing. Epochs are cheap, and the rate may be high.
  baseline: {
    epochs: 60,
    optimizer: nesterov(0.15),
    loss: crossEntropy(),
  },
  // Adam beats plain descent by a point or two here.
  lenet5: {
    epochs: 200,
    batchSize: 64,
    optimizer: adam({ learningRate: 3e-3, weightDecay: 0.02, decayed: 'kernels' }),
    loss: crossEntropy(),
    preciseStatistics: null,
  },
  // 121,418 parameters do not overfit in thirty epochs.
  inception10: {
    epochs: 30,
    optimizer: nesterov(0.2, { weightDecay: 2e-3 }),
    loss: crossEntropy({ labelSmoothing: 0.05 }),
  },
  // No batch normalisation behind its third convolution, so the rate is lower.
  alexnet8: {
    epochs: 20,
    optimizer: nesterov(0.03),
  },
  vgg16: {
    epochs: 20,
    optimizer: nesterov(0.08),
    resizing: growing,
  },
  resnet18: {
    epochs: 15,
    optimizer: nesterov(0.15),
    resizing: growing,
  },
};

/** What a network is built with, by its name, where that is not its default. */
export const bestNetworks: Readonly<Record<string, RecipeNetwork>> = {
  baseline: { dropout: 0.1 },
  // All that was tried with it began with ReLUs: see the ladder in docs/results.md.
  lenet5: { activation: 'relu' },
};
