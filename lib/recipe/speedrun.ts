/** The two recipes of the speed-run. They name layers of the network `speedrun`, and are made for no other. */
import { noAugmentation } from './augmentation';
import { crossEntropy } from './losses';
import type { NamedRecipe } from './named-recipe';
import { muon, sgd } from './optimizers';
import { linear } from './schedules';
import { whitening } from './whitening';

const momentum = 0.85;

/**
 * The training of Jordan 2024 (https://arxiv.org/abs/2404.00498), whose network `speedrun` is: 94 % on CIFAR-10 in 9.9
 * epochs. All training images are trained on; none are held out.
 *
 * The paper takes sums over a batch of 1,024 where this library takes means, and gives rates and decays for 1,024
 * images at once: 11.5 and 0.0153, each divided by 1 + 1 / (1 − momentum). That is a rate of 1.5 for the mean. Its decay
 * of 0.0153 / 11.5, added to the gradient, goes through the momentum, which a decoupled one does not. Offsets of batch
 * normalisation move 64 times as fast and decay no faster than the rest.
 */
export const speedrun: NamedRecipe = {
  epochs: 9.9,
  batchSize: 1024,
  incompleteBatch: 'drop',
  optimizer: sgd({
    learningRate: 11.5 / (1 + 1 / (1 - momentum)),
    momentum,
    nesterov: true,
    weightDecay: 0.0153 / 11.5 / (1 - momentum),
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
  precision: 'auto',
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
export const speedrunMuon: NamedRecipe = {
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
      momentum,
      nesterov: true,
      weightDecay: (2e-6 * muonBatch) / muonRates.classifier / (1 - momentum),
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
