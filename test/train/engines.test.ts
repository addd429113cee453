/** The two engines side by side: without what is drawn at random, they have to do the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NamedArrays } from '../../lib/models/weights/named';
import {
  adagrad,
  adam,
  crossEntropy,
  meanSquaredError,
  noAugmentation,
  rmsprop,
  sgd,
  type Loss,
  type Optimizer,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, type Engine, type EngineRun, type TrainingJob } from '../../lib/train';
import { noise, smallModel } from './fixtures';

const images = noise(24, 3, 1);
const others = noise(14, 3, 2);
const normalisation = { mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.25, 0.3] };
const order = Uint32Array.from({ length: 24 }, (_, i) => (i * 7) % 24);

function job(model: tf.LayersModel, options: Partial<TrainingJob> = {}): TrainingJob {
  return {
    model,
    images,
    imageShape: [8, 8, 3],
    normalisation,
    batchSize: 10,
    // A step of descent is as long as the gradient: differences of the loss and of its gradients show.
    optimizer: sgd(),
    loss: crossEntropy(),
    augmentation: noAugmentation,
    precision: 'float32',
    seed: 1,
    ...options,
  };
}

async function losses(
  run: EngineRun,
  firstStep: number,
  indices: Uint32Array,
  rate = 0.01,
): Promise<number[]> {
  const found: number[] = [];
  const steps = { order: indices, firstStep, learningRate: (step: number) => rate * [1, 0.3, 2][step % 3] };
  await run.train(steps, (result) => {
    found.push(result.loss);
    return true;
  });
  return found;
}

function softly(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({
        name: 'logits',
        units: 3,
        kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }),
      }),
    ],
  });
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(found.length, expected.length);
  for (let i = 0; i < found.length; i++) {
    const off = Math.abs(found[i] - expected[i]);
    assert.ok(off <= tolerance, `value ${i} is ${found[i]}, not ${expected[i]}`);
  }
};

describe('an epoch of both engines ends at the same weights', () => {
  // tfjs's Adam adds epsilon behind the correction of the bias, its Adadelta goes by the sum of the step before.
  const cases: Record<string, { optimizer?: Optimizer; loss?: Loss; build?: () => tf.LayersModel }> = {
    adagrad: { optimizer: adagrad() },
    rmsprop: { optimizer: rmsprop({ momentum: 0.5 }) },
    'label smoothing': { loss: crossEntropy({ labelSmoothing: 0.1 }) },
    logits: { loss: crossEntropy({ fromLogits: true, labelSmoothing: 0.2 }), build: softly },
    'squared error': { loss: meanSquaredError() },
  };
  // Batch normalisation takes the bias before it out again: its gradient is rounding alone, and Adam goes by it.
  const plain = (): tf.LayersModel => smallModel({ batchNorm: false });
  for (const [name, { build = plain, ...options }] of Object.entries(cases)) {
    test(name, async () => {
      const results = [];
      for (const engine of [graphEngine, tfjsEngine]) {
        const model = build();
        const run = await engine.start(job(model, { ...options, heldOut: others }));
        await losses(run, 0, order, options.optimizer?.learningRate);
        const measured = await run.measure(
          others,
          order.subarray(0, 14).map((i) => i % 14),
          () => false,
        );
        assert.ok(measured);
        results.push({ weights: model.getWeights().map((weight) => weight.dataSync().slice()), ...measured });
        run.dispose();
        model.dispose();
      }
      const [graph, tfjs] = results;
      graph.weights.forEach((values, i) => {
        close(values, tfjs.weights[i], 1e-5);
      });
      close([graph.loss], [tfjs.loss], 1e-4);
      close(graph.confidences, tfjs.confidences, 1e-4);
      assert.deepEqual(graph.predictions, tfjs.predictions);
      assert.equal(graph.accuracy, tfjs.accuracy);
      assert.equal(graph.top5, 1);
      assert.equal(tfjs.top5, 1);
    });
  }
});

test('the graph measures no images that it does not hold', async () => {
  const model = smallModel();
  const run = await graphEngine.start(job(model));
  const measured = run.measure(others, order.subarray(0, 3), () => false);
  await assert.rejects(measured, /no such images/);
  run.dispose();
  model.dispose();
});

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: taken up again in another run, it goes on as if never stopped`, async () => {
    const options = {
      augmentation: { crop: 2, flip: true, cutout: 3 },
      optimizer: adam(),
      batchSize: 6,
      seed: 5,
    };
    const throughout = await segments(engine, [[0, 24]], options);
    const stopped = await segments(
      engine,
      [
        [0, 12],
        [12, 18],
        [18, 24],
      ],
      options,
    );
    close(stopped, throughout, 1e-6);
    const otherwise = await segments(engine, [[0, 24]], { ...options, seed: 6 });
    assert.ok(otherwise.some((value, i) => Math.abs(value - throughout[i]) > 1e-3));
  });
}

/** @returns all weights after training on each part of `order`, in a run of its own */
async function segments(
  engine: Engine,
  parts: readonly (readonly [number, number])[],
  options: Partial<TrainingJob>,
): Promise<number[]> {
  const model = smallModel({ dropout: 0.5 });
  let slots: NamedArrays | undefined;
  for (const [from, to] of parts) {
    const run = await engine.start(job(model, options));
    if (slots) await run.setSlots(slots);
    await losses(run, from / 6, order.subarray(from, to));
    slots = await run.slots();
    run.dispose();
  }
  // The bias in front of batch normalisation has no gradient but rounding errors, of which Adam makes full steps.
  const told = model.weights.filter(({ originalName }) => originalName !== 'conv/bias');
  const weights = told.flatMap((weight) => [...weight.read().dataSync()]);
  model.dispose();
  return weights;
}

test('tfjs: what it lacks is refused by name, with the engine that has it', async () => {
  const model = smallModel();
  const refuses = async (options: Partial<TrainingJob>, why: RegExp): Promise<void> => {
    await assert.rejects(
      async () => tfjsEngine.start(job(model, options)),
      (error) => error instanceof UserError && why.test(error.message) && /"graph"/.test(error.message),
    );
  };
  await refuses({ optimizer: sgd({ weightDecay: 0.01 }) }, /no weight decay \(it is 0\.01\)/);
  await refuses({ optimizer: adam({ clipNorm: 1 }) }, /no gradient clipping \(clipNorm is 1\)/);
  await refuses({ precision: 'mixed_bfloat16' }, /mixed_bfloat16/);
  await refuses({ outputWeights: [2] }, /no weights of outputs/);
  model.dispose();
});

test('tfjs: reading the slots, and setting them, leaves no tensors behind', async () => {
  const model = smallModel();
  const start = (): Promise<EngineRun> =>
    Promise.resolve(tfjsEngine.start(job(model, { optimizer: adam() })));
  const run = await start();
  await losses(run, 0, order);
  const slots = await run.slots();
  const { numTensors } = tf.memory();
  await run.slots();
  assert.equal(tf.memory().numTensors, numTensors);
  run.dispose();
  const before = tf.memory().numTensors;
  const again = await start();
  await again.setSlots(slots);
  again.dispose();
  assert.equal(tf.memory().numTensors, before);
  model.dispose();
});

test('tfjs: slots of another optimizer are refused', async () => {
  const model = smallModel();
  const run = await tfjsEngine.start(job(model, { optimizer: adam() }));
  await losses(run, 0, order);
  const slots = await run.slots();
  run.dispose();
  const missing = new Map(slots);
  missing.delete('conv/kernel/slot0');
  const again = await tfjsEngine.start(job(model, { optimizer: adam() }));
  await assert.rejects(
    async () => again.setSlots(missing),
    (error) => error instanceof UserError && /slot "conv\/kernel\/slot0" is missing/.test(error.message),
  );
  again.dispose();
  model.dispose();
});
