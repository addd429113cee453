/** Stopped and taken up again, a run comes to the same as one that went straight through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../lib/data/random';
import { adam, constant, muon, reduceOnPlateau, warmUp } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import type { tf } from '../../lib/runtime/tensorflow';
import type { EpochRow, History } from '../../lib/runs';
import { graphEngine, tfjsEngine, train, type Engine, type TrainOptions } from '../../lib/train';
import { noiseDataset, smallModel, temporaryFolder } from './fixtures';
import { stepwise } from './stepwise';

const folder = temporaryFolder('resume-');

const dataset = noiseDataset({ train: 100, test: 20 });
const batchSize = 8;
const epochs = 6;
/** 90 images are trained on. */
const stepsPerEpoch = 12;

const options: TrainOptions = {
  epochs,
  batchSize,
  augmentation: { crop: 2, padding: 'reflect', flip: 'alternating', cutout: 3 },
  optimizer: adam(),
  schedule: warmUp(1, reduceOnPlateau({ patience: 1, factor: 0.5 })),
  normalisation: 'channels',
  validation: { split: 0.1 },
  validationFrequency: 2,
  seed: 3,
  onNotice: () => undefined,
};

/** What only the graph engine draws as well. */
const mixing = { crop: 2, flip: 'alternating', cutout: 3, mixup: 0.4, cutmix: 1 } as const;

function build(seed: number): tf.LayersModel {
  return smallModel({ dropout: 0.3, seed });
}

/** @param stopAt interrupted after this many steps; by default never */
async function once(name: string, engine: Engine, more: TrainOptions, stopAt = Infinity): Promise<History> {
  const model = build(1);
  const stop = {
    onBatch: ({ epoch, images }: { epoch: number; images: number }) => {
      const steps = (epoch - 1) * stepsPerEpoch + Math.ceil(images / batchSize);
      // The last step of an epoch is followed by its validation, which the interrupt is to fall into.
      if (steps === stopAt) requestInterrupt();
    },
  };
  const history = await train(model, dataset, {
    ...options,
    ...more,
    engine,
    run: { name, folder },
    callbacks: [stop],
  });
  model.dispose();
  return history;
}

const measured = ({
  loss,
  accuracy,
  top5,
  valLoss,
  valAccuracy,
  valTop5,
  learningRate,
}: EpochRow): number[] =>
  [loss, accuracy, top5, valLoss, valAccuracy, valTop5, learningRate].map((value) => value ?? -1);

function assertSame(found: History, expected: History): void {
  assert.equal(found.epochs.length, expected.epochs.length);
  found.epochs.forEach((row, i) => {
    const wanted = measured(expected.epochs[i]);
    measured(row).forEach((value, j) => {
      assert.ok(
        Math.abs(value - wanted[j]) <= 1e-5,
        `epoch ${i + 1}, value ${j}: ${value}, not ${wanted[j]}`,
      );
    });
  });
  assert.deepEqual(found.best?.epoch, expected.best?.epoch);
  assert.equal(found.images, expected.images);
}

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: interrupted at ten random steps, it has the history of a run straight through`, async () => {
    const more = engine === graphEngine ? { augmentation: mixing } : {};
    const straight = await once(`${engine.name}-straight`, engine, more);
    assert.equal(straight.epochs.length, epochs);
    const random = new Random(engine.name.length);
    const all = Uint32Array.from({ length: epochs * stepsPerEpoch - 1 }, (_, i) => i + 1);
    // One falls on the end of a validated epoch.
    const stops = [2 * stepsPerEpoch, ...random.shuffle(all).slice(0, 9)].sort((a, b) => a - b);
    const one = stepwise(engine);
    for (const stopAt of new Set(stops)) {
      const { interrupted } = await once(`${engine.name}-stopped`, one, more, stopAt);
      assert.ok(interrupted, `at step ${stopAt}`);
    }
    assertSame(await once(`${engine.name}-stopped`, one, more), straight);
  });
}

test('of a network that was trained before, a run goes on with the draws it began with', async () => {
  const train1 = { ...options, epochs: 1, schedule: constant() };
  const begun = async (): Promise<tf.LayersModel> => {
    const model = build(1);
    await train(model, dataset, train1);
    return model;
  };
  const straight = await begun();
  await train(straight, dataset, train1);
  const run = { name: 'trained-before', folder };
  const stop = { onBatch: () => void requestInterrupt() };
  const { interrupted } = await train(await begun(), dataset, {
    ...train1,
    engine: stepwise(graphEngine),
    run,
    callbacks: [stop],
  });
  assert.ok(interrupted);
  // As in another process: nobody has trained this one.
  const resumed = build(1);
  await train(resumed, dataset, { ...train1, engine: stepwise(graphEngine), run });
  resumed.weights.forEach((weight, i) => {
    assert.deepEqual(weight.read().dataSync(), straight.weights[i].read().dataSync(), weight.originalName);
  });
});

test('averages, falling shares, accumulated gradients and frozen layers are taken up again to the bit', async () => {
  const all = {
    ...options,
    epochs: 3,
    schedule: constant(),
    // Neither updates nor slow steps fall on the ends of epochs, and Muon, Adam and both averages have slots.
    optimizer: muon({
      accumulate: 5,
      ema: { decay: 0.9 },
      lookahead: { steps: 2, share: { final: 0.3, power: 1 }, statistics: true },
      layers: [{ layers: 'conv', rate: 0.5, frozenEpochs: 1 }],
    }),
  };
  const straight = build(1);
  await train(straight, dataset, all);
  const run = { name: 'averages', folder };
  for (const stopAt of [3, 14, 31]) {
    const stop = {
      onBatch: ({ epoch, images }: { epoch: number; images: number }) => {
        if ((epoch - 1) * stepsPerEpoch + Math.ceil(images / batchSize) === stopAt) requestInterrupt();
      },
    };
    // As in another process, which has no weights but those of the run.
    const model = build(1);
    const more = { engine: stepwise(graphEngine), run, callbacks: [stop] };
    const { interrupted } = await train(model, dataset, { ...all, ...more });
    assert.ok(interrupted, `at step ${stopAt}`);
    model.dispose();
  }
  // Trains to the end; after that, the finished run is only loaded.
  for (const what of ['resumed', 'loaded']) {
    const model = build(1);
    await train(model, dataset, { ...all, run, engine: stepwise(graphEngine) });
    model.weights.forEach((weight, i) => {
      const expected = straight.weights[i].read().dataSync();
      assert.deepEqual(weight.read().dataSync(), expected, `${what}: ${weight.originalName}`);
    });
    model.dispose();
  }
  straight.dispose();
});
