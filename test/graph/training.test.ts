/** The graph engine's optimizers, losses and many steps in a row against Keras's, from the same weights. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Trainer, type ImageShape } from '../../lib/graph';
import { importKerasWeights, networks, type NetworkName } from '../../lib/models';
import type { NetworkOptions } from '../../lib/models/network';
import type { NamedArrays } from '../../lib/models/weights/named';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy, meanSquaredError, type Loss } from '../../lib/recipe/losses';
import { adadelta, adagrad, adam, adamW, rmsprop, sgd, type Optimizer } from '../../lib/recipe/optimizers';
import type { tf } from '../../lib/runtime/tensorflow';
import { KerasReference, withoutKeras } from '../models/keras';

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
  const large = ['alexnet8', 'vgg16', 'resnet18'].includes(network);
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
    test(each.id, async () => {
      const { losses, start, end, expected } = await runBoth(each);
      closeLosses(losses, valuesOf(expected, 'losses'), 1e-4);
      for (const [name, before] of start) {
        const theirs = difference(valuesOf(expected, `after/${name}`), before);
        const ours = difference(end.get(name) ?? [], before);
        assert.ok(norm(theirs) > 1e-4, `Keras hardly moved ${name}`);
        const off = norm(difference(ours, theirs)) / norm(theirs);
        assert.ok(off < 1e-3, `the change of ${name} is off by ${off} of its norm`);
      }
    });
  }

  for (const each of curveCases) {
    test(each.id, async () => {
      const { losses, expected } = await runBoth(each);
      const theirs = valuesOf(expected, 'losses');
      closeLosses(losses, theirs, 2e-2);
    });
  }
});

async function runBoth(each: Case) {
  const build: (options: NetworkOptions) => tf.LayersModel = networks[each.network].build;
  const model = build(each.options);
  await importKerasWeights(model, keras.weightsFile(each.id));
  const expected = await keras.training(each.id);
  const start = weightsOf(model);
  const images = Uint8Array.from(valuesOf(expected, 'images'));
  const labels = Uint8Array.from(valuesOf(expected, 'classes'));
  const trainer = await Trainer.compile({
    model,
    imageShape: model.inputs[0].shape.slice(1) as unknown as ImageShape,
    examples: { images, labels, count: labels.length },
    normalisation: null,
    augmentation: noAugmentation,
    ...each.ours,
    dtype: 'float32',
    seed: 1,
  });
  const losses: number[] = [];
  for (let step = 0; step < each.steps; step++) {
    const indices = Int32Array.from({ length: each.batch }, (_, i) => step * each.batch + i);
    trainer.step(indices, step, each.ours.optimizer.learningRate);
    const { loss, images } = trainer.totals();
    assert.equal(images, each.batch);
    losses.push(loss / images);
  }
  trainer.writeModel();
  trainer.dispose();
  const end = weightsOf(model);
  model.dispose();
  return { losses, start, end, expected };
}

function weightsOf(model: tf.LayersModel): Map<string, Float32Array> {
  return new Map(
    model.weights.map((weight) => [weight.originalName, weight.read().dataSync().slice() as Float32Array]),
  );
}

function closeLosses(found: readonly number[], expected: Float32Array, tolerance: number): void {
  assert.equal(found.length, expected.length);
  found.forEach((loss, step) => {
    const off = Math.abs(loss - expected[step]) / expected[step];
    assert.ok(off <= tolerance, `the loss of step ${step} is ${loss}, ${off} off Keras's ${expected[step]}`);
  });
}

function valuesOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, `Keras tells nothing of ${name}`);
  return array.values;
}

function difference(a: ArrayLike<number>, b: Float32Array): Float32Array {
  return b.map((value, i) => a[i] - value);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
