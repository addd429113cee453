/** The search for a learning rate: what it finds, and that it leaves the network as it was. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adam, sgd, whitening } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { learningRateCurve } from '../../lib/show';
import { isLine } from '../../lib/show/figure';
import {
  findLearningRate,
  graphEngine,
  tfjsEngine,
  train,
  whiten,
  type Engine,
  type LearningRateOptions,
  type LearningRateSearch,
} from '../../lib/train';
import { trainedSteps } from '../../lib/train/draws';
import { noiseDataset, smallModel } from './fixtures';

const dataset = noiseDataset({ train: 200 });

const weightsOf = (model: tf.LayersModel): number[][] =>
  model.weights.map((weight) => [...weight.read().dataSync()]);

test('the suggested rate learns faster than one a hundredth of it, and the search stops where the loss diverges', async () => {
  const build = (): tf.LayersModel =>
    tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [8, 8, 3] }),
        tf.layers.dense({
          units: 3,
          activation: 'softmax',
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
      ],
    });
  const optimizer = sgd({ momentum: 0.9 });
  const { suggestion, lowest, rates, losses, smoothed, ended } = await findLearningRate(build(), dataset, {
    optimizer,
    batchSize: 16,
    to: 100,
  });
  assert.ok(suggestion !== null && suggestion < lowest, `${suggestion}, ${lowest}`);
  assert.equal(ended, 'diverged');
  assert.ok(rates.length < 100 && losses.length === rates.length && smoothed.length === rates.length);
  rates.forEach((rate, i) => {
    assert.ok(Math.abs(Math.log10(rate) - (-7 + (9 * i) / 99)) < 1e-9, `rate ${i} is ${rate}`);
  });
  const after = async (learningRate: number): Promise<number> => {
    const options = { optimizer: { ...optimizer, learningRate }, batchSize: 16, validation: 'none' } as const;
    return (await train(build(), dataset, { ...options, epochs: 4 })).epochs[3].loss;
  };
  const [slow, suggested, fast] = [
    await after(suggestion / 100),
    await after(suggestion),
    await after(rates[rates.length - 1]),
  ];
  assert.ok(suggested < slow && suggested < fast, `${slow}, ${suggested}, ${fast}`);
});

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: afterwards the network is what it was, after an explosion too, and the same call finds the same`, async () => {
    const model = smallModel({ dropout: 0.3 });
    await train(model, dataset, { epochs: 1, batchSize: 100, engine, validation: 'none' });
    const [before, steps] = [weightsOf(model), trainedSteps(model)];
    const options = { engine, optimizer: adam(), batchSize: 4, steps: 30, to: 1e30 };
    const { numTensors } = tf.memory();
    const first = await findLearningRate(model, dataset, options);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(first.ended, 'diverged');
    assert.ok(first.losses.every(Number.isFinite) && first.smoothed.every(Number.isFinite));
    assert.deepEqual(weightsOf(model), before);
    assert.equal(trainedSteps(model), steps);
    assert.deepEqual(await findLearningRate(model, dataset, options), first);
    model.dispose();
  });
}

test('what weighs images, and what whitens them, takes part, and nothing of it stays', async () => {
  const images = noiseDataset({ train: 48, classes: 3 });
  const build = (): tf.LayersModel =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({
          ...{ inputShape: [8, 8, 3], filters: 8, kernelSize: 2, activation: 'relu' },
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
        tf.layers.flatten(),
        tf.layers.dense({
          ...{ units: 3, activation: 'softmax' },
          kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
        }),
      ],
    });
  const firstLoss = async (options: LearningRateOptions = {}): Promise<number> => {
    const model = build();
    const [before, trainable] = [weightsOf(model), model.trainableWeights.length];
    const { losses } = await findLearningRate(model, images, {
      steps: 10,
      batchSize: 48,
      validation: 'none',
      ...options,
    });
    assert.deepEqual(weightsOf(model), before);
    assert.equal(model.trainableWeights.length, trainable);
    model.dispose();
    return losses[0];
  };
  const plain = await firstLoss();
  for (const options of [
    { classWeights: [2, 2, 2] },
    { outputWeights: [2] },
    { sampleWeights: new Array<number>(48).fill(2) },
  ]) {
    const doubled = await firstLoss(options);
    assert.ok(Math.abs(doubled - 2 * plain) < 1e-5, `${doubled} instead of ${2 * plain}`);
  }
  const model = build();
  whiten(model, images);
  const whitened = await findLearningRate(model, images, { steps: 10, batchSize: 48, validation: 'none' });
  model.dispose();
  assert.notEqual(whitened.losses[0], plain);
  assert.equal(await firstLoss({ whitening: whitening() }), whitened.losses[0]);
});

test('more steps than an epoch has go on in the next epoch, each with a batch of its own', async () => {
  const model = smallModel();
  const orders: string[] = [];
  const noting: Engine = {
    name: 'noting',
    async start(job) {
      const run = await graphEngine.start(job);
      return {
        ...run,
        train: (steps, onSteps) => {
          orders.push(steps.order.join());
          if (orders.length === 7) requestInterrupt();
          return run.train(steps, onSteps);
        },
      };
    },
  };
  const found = await findLearningRate(model, dataset, {
    engine: noting,
    batchSize: 100,
    validation: { split: 0.5 },
    to: 1e-6,
  });
  assert.deepEqual([found.ended, found.losses.length], ['interrupted', 7]);
  assert.equal(new Set(orders).size, 7);
  assert.equal(new Set(orders[6].split(',')).size, 100);
  assert.equal(requestInterrupt(), false, 'nobody listens once it is done');
  model.dispose();
});

describe('what cannot be searched is said', () => {
  test('a rate out of its range, a network that is broken already', async () => {
    const model = smallModel();
    const fails = (options: object, message: RegExp): Promise<void> =>
      assert.rejects(
        findLearningRate(model, dataset, options),
        (error) => error instanceof UserError && message.test(error.message),
      );
    await fails({ from: 0 }, /^from is 0, but has to be a number above 0\.$/);
    await fails({ from: 1, to: 0.5 }, /^to is 0\.5, but has to be a number above 1/);
    await fails({ steps: 5 }, /^steps is 5, but has to be a whole number of at least 10\.$/);
    await fails({ batchSize: 0 }, /^batchSize is 0/);
    model.setWeights(model.getWeights().map((each) => each.mul(NaN)));
    await fails({}, /^The first step fails, whatever the learning rate/);
    model.dispose();
  });
});

test('the curve marks the suggestion, and cuts off what explodes', () => {
  const search: LearningRateSearch = {
    ...{ network: 'Baseline', dataset: 'noise', optimizer: 'adam', batchSize: 32 },
    ended: 'diverged',
    rates: [1e-4, 1e-3, 1e-2, 1e-1],
    losses: [2, 1.5, 1, 50],
    smoothed: [2, 1.6, 1.2, 1.9],
    suggestion: 1e-3,
    lowest: 1e-2,
  };
  const lines = learningRateCurve(search).data.filter(isLine);
  assert.deepEqual(
    lines.map(({ name, y }) => [name, y]),
    [
      ['each batch', [2, 1.5, 1, null]],
      ['smoothed', [2, 1.6, 1.2, 1.9]],
      ['falls fastest at 1.0e-3', [1.6]],
    ],
  );
  assert.equal(learningRateCurve({ ...search, suggestion: null }).data.length, 2);
});
