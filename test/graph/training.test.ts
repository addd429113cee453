/** The graph engine's optimizers, losses and many steps in a row against Keras's, from the same weights. */
import { after, before, describe, test } from 'node:test';
import { networks, type NetworkName } from '../../lib/models';
import type { NetworkOptions } from '../../lib/models/network';
import { crossEntropy, meanSquaredError, type Loss } from '../../lib/recipe/losses';
import { adadelta, adagrad, adam, adamW, rmsprop, sgd, type Optimizer } from '../../lib/recipe/optimizers';
import type { tf } from '../../lib/runtime/tensorflow';
import { KerasReference, withoutKeras } from '../models/keras';
import { KerasRun } from './keras-run';

interface KerasCase {
  readonly id: string;
  readonly network: NetworkName;
  readonly options: object;
  readonly optimizer: { readonly class_name: string; readonly config: object };
  readonly loss: 'sparse' | 'smooth' | 'squared';
  readonly smoothing?: number;
  readonly batch: number;
  readonly steps: number;
}

interface Case extends KerasCase {
  readonly ours: { readonly optimizer: Optimizer; readonly loss: Loss };
}

/** Keras's name and settings for an optimizer, and ours. */
const optimizers: readonly (readonly [string, object, Optimizer])[] = [
  ['SGD', { learning_rate: 0.1 }, sgd({ learningRate: 0.1 })],
  ['SGD', { learning_rate: 0.1, momentum: 0.9 }, sgd({ learningRate: 0.1, momentum: 0.9 })],
  [
    'SGD',
    { learning_rate: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.05 },
    sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05 }),
  ],
  ['SGD', { learning_rate: 0.1, global_clipnorm: 0.3 }, sgd({ learningRate: 0.1, clipNorm: 0.3 })],
  ['Adagrad', { learning_rate: 0.05 }, adagrad({ learningRate: 0.05 })],
  ['Adadelta', { learning_rate: 1 }, adadelta({ learningRate: 1 })],
  ['RMSprop', {}, rmsprop()],
  ['RMSprop', { momentum: 0.8, rho: 0.95 }, rmsprop({ momentum: 0.8, rho: 0.95 })],
  ['Adam', {}, adam()],
  ['AdamW', { weight_decay: 0.1 }, adamW({ weightDecay: 0.1 })],
];

const small = { activation: 'tanh', inputShape: [16, 16, 3] };

const optimizerCases = optimizers.map(
  ([name, config, optimizer], i): Case => ({
    id: `optimizer ${i}, ${name} ${JSON.stringify(config).replace(/[{}":]/g, ' ')}`,
    network: 'lenet5',
    options: small,
    optimizer: { class_name: name, config },
    loss: 'sparse',
    batch: 8,
    steps: 10,
    ours: { optimizer, loss: crossEntropy() },
  }),
);

const plain = { class_name: 'SGD', config: { learning_rate: 0.1 } };
const plainOurs = sgd({ learningRate: 0.1 });
const lossCases: readonly Case[] = [
  {
    ...optimizerCases[0],
    id: 'label smoothing',
    loss: 'smooth',
    smoothing: 0.1,
    optimizer: plain,
    ours: { optimizer: plainOurs, loss: crossEntropy({ labelSmoothing: 0.1 }) },
  },
  {
    ...optimizerCases[0],
    id: 'mean squared error',
    loss: 'squared',
    optimizer: plain,
    ours: { optimizer: plainOurs, loss: meanSquaredError() },
  },
];

/** Narrow ones of the large networks: fifty steps of the whole ones take minutes. */
const curveCases = (Object.keys(networks) as NetworkName[]).map((network): Case => {
  const large = ['alexnet8', 'vgg16', 'resnet18', 'speedrun'].includes(network);
  // Rounding differences grow with every step, the faster the larger the steps are.
  const learningRate = network === 'vgg16' ? 2e-4 : large ? 1e-3 : 1e-2;
  const optimizer = { class_name: 'SGD', config: { learning_rate: learningRate } };
  return {
    id: `fifty steps of ${network}`,
    network,
    options: { dropout: 0, ...(large && { width: 0.25 }) },
    optimizer,
    loss: 'sparse',
    batch: 16,
    steps: 50,
    ours: { optimizer: sgd({ learningRate }), loss: crossEntropy() },
  };
});

const keras = new KerasReference<KerasCase>('training.py');

describe('training as Keras does it', { skip: withoutKeras }, () => {
  before(() => keras.run([...optimizerCases, ...lossCases, ...curveCases]));
  after(() => {
    keras.dispose();
  });

  for (const each of [...optimizerCases, ...lossCases]) {
    test(each.id, () =>
      taken(each, 1e-4, (run) => {
        run.closeWeights('after', 1e-3);
      }),
    );
  }

  for (const each of curveCases) {
    test(each.id, () => taken(each, 2e-2));
  }
});

/** @param tolerance of each step's loss */
function taken(
  each: Case,
  tolerance: number,
  then: (run: KerasRun) => void = () => undefined,
): Promise<void> {
  const build: (options: NetworkOptions) => tf.LayersModel = networks[each.network].build;
  return KerasRun.with(keras, each, build(each.options), each.ours, (run) => {
    run.takeSteps(each.ours.optimizer.learningRate, (totals, step) => {
      run.closeLoss(totals, step, tolerance);
    });
    then(run);
  });
}
