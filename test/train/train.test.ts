import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { adam } from '../../lib/recipe';
import { evaluate } from '../../lib/evaluate';
import { loadModel, saveModel } from '../../lib/models';
import type { StepsResult } from '../../lib/runs';
import { graphEngine, tfjsEngine, train, type Engine, type TrainingProgress } from '../../lib/train';
import { noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('train-');

type Report = Pick<StepsResult, 'loss' | 'accuracy'>;

/** An engine that learns nothing: it notes the order of the images and reports what the test says. */
function fakeEngine(
  report: (images: number, batch: number) => Report = () => ({ loss: 1, accuracy: 0 }),
): Engine & { orders: number[][]; seeds: number[] } {
  const orders: number[][] = [];
  const seeds: number[] = [];
  return {
    name: 'fake',
    orders,
    seeds,
    start: ({ batchSize, seed }) => ({
      async train({ order }, onSteps) {
        orders.push([...order]);
        seeds.push(seed);
        for (let from = 0, batch = 0; from < order.length; from += batchSize, batch++) {
          const images = Math.min(batchSize, order.length - from);
          if (!(await onSteps({ ...report(images, batch), steps: 1, images, top5: 1, penalty: 0 }))) return;
        }
      },
      async measure(_set, indices, stopped) {
        await new Promise(setImmediate);
        if (stopped()) return undefined;
        const nothing = { predictions: new Int32Array(), confidences: new Float32Array() };
        return { loss: 2, accuracy: 1 / indices.length, top5: 1, ...nothing };
      },
      slots: () => Promise.resolve(new Map()),
      setSlots: () => undefined,
      readModel: () => undefined,
      dispose: () => undefined,
    }),
  };
}

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: a few images are learnt by heart`, async () => {
    const model = smallModel();
    const options = { validation: 'none', epochs: 25, batchSize: 8, engine } as const;
    const history = await train(model, noiseDataset(), options);
    const [first, last] = [history.epochs[0], history.epochs[24]];
    assert.ok(first.loss > 0.9, `starts near chance, ln 3 = 1.10, at ${first.loss}`);
    assert.ok(last.loss < 0.1 && last.accuracy === 1, `ends at ${last.loss}, ${last.accuracy}`);
    assert.equal(last.valLoss, null);
    assert.equal(history.engine, engine.name);
    model.dispose();
  });

  test(`${engine.name}: the same seed gives the same numbers, dropout included; another seed others`, async () => {
    const losses = async (seed: number): Promise<number[]> => {
      const model = smallModel({ dropout: 0.5 });
      const { epochs } = await train(model, noiseDataset(), { validation: 'test', epochs: 2, seed, engine });
      model.dispose();
      return epochs.flatMap((row) => [row.loss, row.valLoss ?? NaN]);
    };
    const first = await losses(1);
    // The graph adds losses up in float32, as many steps at a time as fit into some milliseconds.
    const off = (found: number[]): number => Math.max(...found.map((loss, i) => Math.abs(loss - first[i])));
    assert.ok(off(await losses(1)) < 1e-6);
    assert.ok(off(await losses(2)) > 1e-3);
  });
}

for (const nested of [false, true]) {
  test(`tfjs: every step gets a dropout mask of its own, and the layer its seed back${nested ? ', in a nested model too' : ''}`, async () => {
    const dropout = tf.layers.dropout({ rate: 0.5, seed: 7, inputShape: [192] });
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [8, 8, 3] }),
        nested ? tf.sequential({ layers: [dropout] }) : dropout,
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const dataset = noiseDataset();
    const one = dataset.train.images.subarray(0, 192);
    const same = { images: new Uint8Array(192 * 6), labels: new Uint8Array(6), count: 6 };
    for (let i = 0; i < 6; i++) same.images.set(one, i * 192);
    const losses: number[] = [];
    let seen = 0;
    await train(
      model,
      { ...dataset, train: same },
      {
        validation: 'none',
        epochs: 1,
        batchSize: 1,
        engine: tfjsEngine,
        // The weights stand still, so that a loss can change with the mask alone.
        optimizer: adam({ learningRate: 0 }),
        callbacks: [
          {
            onBatch: ({ loss, images }) => {
              losses.push(loss * images - seen);
              seen = loss * images;
            },
          },
        ],
      },
    );
    assert.equal(new Set(losses.map((loss) => loss.toFixed(4))).size, 6, losses.join(' '));
    assert.equal(dropout.getConfig()['seed'], 7);
    model.dispose();
  });
}

test('training and evaluating leave no tensors behind', async () => {
  const model = smallModel({ dropout: 0.2 });
  const dataset = noiseDataset();
  const before = tf.memory().numTensors;
  await train(model, dataset, { validation: 'test', epochs: 2 });
  await evaluate(model, dataset);
  assert.equal(tf.memory().numTensors, before);
  assert.equal(requestInterrupt(), false, 'nobody listens once it is done');
  let batches = 0;
  await train(model, dataset, {
    validation: 'test',
    batchSize: 8,
    callbacks: [{ onBatch: () => void (++batches === 2 && requestInterrupt()) }],
  });
  assert.equal(tf.memory().numTensors, before, 'after an interrupt');
  model.dispose();
});

test('an interrupt ends training after the batch at hand and keeps the epochs so far', async () => {
  const model = smallModel();
  const weights = (): number[] => [...model.getWeights()[0].dataSync()];
  let afterEpoch: number[] = [];
  let taken = false;
  const seen: TrainingProgress[] = [];
  const history = await train(model, noiseDataset(), {
    validation: 'test',
    epochs: 5,
    batchSize: 8,
    // It reports every step; the other one gathers those of some milliseconds.
    engine: tfjsEngine,
    callbacks: [
      {
        onEpoch: () => {
          afterEpoch = weights();
        },
        onBatch: (progress) => {
          seen.push(progress);
          if (progress.epoch === 2 && progress.images === 16) taken = requestInterrupt();
        },
      },
    ],
  });
  assert.ok(taken, 'training listens');
  assert.equal(history.interrupted, true);
  assert.deepEqual(
    history.epochs.map((row) => row.epoch),
    [1],
  );
  assert.equal(history.images, 40 + 16);
  assert.deepEqual([seen.at(-1)?.epoch, seen.at(-1)?.images], [2, 16]);
  assert.notDeepEqual(weights(), afterEpoch, 'the model keeps what the unfinished epoch taught it');
  assert.equal(requestInterrupt(), false, 'nobody listens any more');
  model.dispose();
});

test('an interrupt during validation keeps the epoch, without half a validation', async () => {
  const model = smallModel();
  const history = await train(model, noiseDataset(), {
    validation: 'test',
    epochs: 3,
    batchSize: 8,
    callbacks: [
      {
        // Timers run when validation lets the event loop turn, before its first batch.
        onBatch: ({ images }) => void (images === 40 && setImmediate(requestInterrupt)),
      },
    ],
    engine: fakeEngine(() => ({ loss: 1, accuracy: 0.5 })),
  });
  assert.equal(history.interrupted, true);
  assert.deepEqual(
    history.epochs.map(({ loss, valLoss }) => ({ loss, valLoss })),
    [{ loss: 1, valLoss: null }],
  );
  model.dispose();
});

test('a loss that is no number any more ends with advice', async () => {
  const model = smallModel();
  const optimizer = adam({ learningRate: 1e30 });
  await assert.rejects(
    train(model, noiseDataset(), { validation: 'none', epochs: 5, optimizer }),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /no longer a finite number.*epoch \d.*1e\+30/);
      return true;
    },
  );
  model.dispose();
});

test('every epoch takes each image once, in an order of its own that the seed repeats', async () => {
  const orders = async (seed: number): Promise<number[][]> => {
    const model = smallModel();
    const engine = fakeEngine();
    await train(model, noiseDataset(), { validation: 'none', epochs: 2, seed, engine });
    model.dispose();
    return engine.orders;
  };
  const [first, second] = await orders(1);
  const all = Array.from({ length: 40 }, (_, i) => i);
  assert.deepEqual(sorted(first), all);
  assert.deepEqual(sorted(second), all);
  assert.notDeepEqual(first, all);
  assert.notDeepEqual(first, second);
  assert.deepEqual(await orders(1), [first, second]);
  assert.notDeepEqual((await orders(2))[0], first);
});

test('trained again, a network gets another order and other draws, the same ones each time it is done', async () => {
  const twice = async (between: (model: tf.LayersModel) => Promise<tf.LayersModel>): Promise<unknown[]> => {
    const engine = fakeEngine();
    const options = { validation: 'none', epochs: 2, engine } as const;
    const model = smallModel();
    await train(model, noiseDataset(), options);
    const again = await between(model);
    await train(again, noiseDataset(), options);
    const { orders, seeds } = engine;
    assert.equal(new Set(orders.map(String)).size, 4, 'four epochs in four orders');
    assert.deepEqual([seeds[0], seeds[1]], [1, 1], 'what is drawn first is as the recipe says');
    assert.ok(seeds[2] !== 1 && seeds[3] === seeds[2]);
    for (const each of new Set([model, again])) each.dispose();
    return [orders, seeds];
  };
  const first = await twice((model) => Promise.resolve(model));
  assert.deepEqual(await twice((model) => Promise.resolve(model)), first);
  const saved = await twice(async (model) => {
    await saveModel(model, folder);
    return loadModel(folder);
  });
  assert.deepEqual(saved, first, 'saved and loaded in between');
});

test('a split is set aside, never trained on, and the same for every seed', async () => {
  const model = smallModel();
  const trainedOn = async (seed: number): Promise<number[]> => {
    const engine = fakeEngine();
    const validation = { split: 0.1 };
    const { epochs } = await train(model, noiseDataset(), { validation, epochs: 1, seed, engine });
    assert.equal(epochs[0].valAccuracy, 1 / 4, 'four images are measured');
    return sorted(engine.orders[0]);
  };
  const first = await trainedOn(1);
  assert.equal(first.length, 36);
  assert.deepEqual(await trainedOn(2), first);
  model.dispose();
});

test('means weigh batches by their images, and progress counts up to the end', async () => {
  const model = smallModel();
  const seen: TrainingProgress[] = [];
  const { epochs } = await train(model, noiseDataset(), {
    validation: 'none',
    epochs: 2,
    batchSize: 32,
    // 40 images: a batch of 32 with loss 1, one of 8 with loss 6.
    engine: fakeEngine((_images, batch) => ({ loss: batch === 0 ? 1 : 6, accuracy: batch })),
    callbacks: [{ onBatch: (progress) => void seen.push(progress) }],
  });
  assert.equal(epochs[0].loss, (32 * 1 + 8 * 6) / 40);
  assert.equal(epochs[0].accuracy, 8 / 40);
  assert.deepEqual(
    seen.map(({ epoch, images }) => [epoch, images]),
    [
      [1, 32],
      [1, 40],
      [2, 32],
      [2, 40],
    ],
  );
  assert.ok(seen[0].secondsLeft > 0 && seen[0].imagesPerSecond > 0);
  assert.equal(seen.at(-1)?.secondsLeft, 0);
  model.dispose();
});

test('Adam is as Keras has it', () => {
  const none = { weightDecay: 0, decayed: 'all', clipNorm: null };
  const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  assert.deepEqual(adam(), { kind: 'adam', learningRate: 1e-3, ...moments, ...none });
  assert.equal(adam({ learningRate: 0.01 }).learningRate, 0.01);
});

test('what does not fit is said before anything is trained', async () => {
  const model = smallModel();
  const dataset = noiseDataset();
  const fails = async (options: object, message: RegExp, other = model): Promise<void> => {
    await assert.rejects(train(other, dataset, { validation: 'none', ...options }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      return true;
    });
  };
  await fails({ epochs: 0 }, /epochs is 0.*a number above 0/);
  await fails({ batchSize: 1.5 }, /batchSize is 1\.5/);
  await fails({ validation: { split: 0.001 } }, /split: 0\.001.*0 of 40/);
  await fails({ validation: { split: 0.999 } }, /40 of 40/);
  const ten = smallModel({ classes: 10 });
  await fails({}, /tells 10 classes apart.*noise has 3/, ten);
  const wide = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [32, 32, 3] })] });
  await fails({}, /32×32×3.*8×8×3/, wide);
  for (const each of [model, ten]) each.dispose();
});
