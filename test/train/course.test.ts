/** How a run goes through its images: batches that are dropped, epochs that are cut short. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begunEpochs, cosine, sgd } from '../../lib/recipe';
import { readRuns } from '../../lib/runs';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { train, type Engine, type TrainingJob, type TrainOptions } from '../../lib/train';
import { Course } from '../../lib/train/course';
import { noiseDataset, says, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('course-');
const dataset = noiseDataset({ train: 43 });
const batchSize = 8;

/** What an engine was asked to do. */
interface Asked {
  job?: TrainingJob;
  /** The images of each step. */
  readonly batches: (readonly number[])[];
  readonly rates: number[];
}

/** An engine that computes nothing, and keeps account of what it is asked. */
function clerk(asked: Asked): Engine {
  return {
    name: 'clerk',
    start: (job) => {
      asked.job = job;
      return {
        async train({ order, firstStep, learningRate }, onSteps) {
          for (let from = 0, step = firstStep; from < order.length; from += batchSize, step++) {
            const batch = [...order.subarray(from, from + batchSize)];
            asked.batches.push(batch);
            asked.rates.push(learningRate(step));
            const images = batch.length;
            await onSteps({ steps: 1, images, loss: 1, penalty: 0, accuracy: 0, top5: 0 });
          }
        },
        measure: () => Promise.resolve(undefined),
        slots: () => Promise.resolve(new Map()),
        setSlots: () => undefined,
        readModel: () => undefined,
        dispose: () => undefined,
      };
    },
  };
}

async function followed(options: TrainOptions) {
  const asked: Asked = { batches: [], rates: [] };
  const model = smallModel();
  const defaults = { batchSize, optimizer: sgd(), validation: 'none', schedule: cosine() } as const;
  const history = await train(model, dataset, { ...defaults, ...options, engine: clerk(asked) });
  model.dispose();
  return { ...asked, history };
}

test('an incomplete batch is a smaller one, or dropped: then all have one size, and epochs leave out different images', async () => {
  const kept = await followed({ epochs: 3 });
  assert.equal(kept.job?.stepsPerEpoch, 6);
  assert.deepEqual(
    kept.batches.map(({ length }) => length),
    Array.from({ length: 18 }, (_, i) => (i % 6 === 5 ? 3 : 8)),
  );
  const dropped = await followed({ epochs: 3, incompleteBatch: 'drop' });
  assert.equal(dropped.job?.stepsPerEpoch, 5);
  assert.deepEqual(
    dropped.batches,
    kept.batches.filter(({ length }) => length === batchSize),
  );
  assert.equal(dropped.history.images, 3 * 40);
  assert.ok(
    dropped.history.epochs.every(({ images }) => images === undefined),
    'an epoch is complete with 40',
  );
  // The schedule goes by the steps that there are.
  assert.equal(dropped.rates.length, 15);
  assert.equal(dropped.rates[14], 0);
  assert.ok(Math.abs(dropped.rates[7] - 0.005) < 1e-12);
});

test('an epoch that is no whole one ends after its share of the steps, rounded up', () => {
  const steps = (images: number, size: number, epochs: number): number =>
    new Course(new Uint32Array(images), { epochs, batchSize: size, incompleteBatch: 'drop' }).steps;
  // 48 steps an epoch: 475.2 of them.
  assert.equal(steps(50_000, 1024, 9.9), 476);
  assert.equal(steps(50_000, 2000, 8), 200);
  // In binary, 2.2 · 5 is more than 11.
  assert.equal(steps(40, 8, 2.2), 11);
  assert.equal(steps(40, 8, 0.1), 1);
  // A share too small for a step is one all the same.
  assert.equal(steps(40, 8, 1e-9), 1);
});

test('a product that stands for a whole number of epochs begins no further one', async () => {
  assert.ok(0.07 * 100 > 7, 'in binary');
  const { history } = await followed({ epochs: 0.07 * 100 });
  assert.equal(history.epochs.length, 7);
  assert.deepEqual([begunEpochs({ epochs: 0.07 * 100 }), begunEpochs({ epochs: 6.5 })], [7, 7]);
  assert.equal(begunEpochs({ epochs: 1e-9 }), 1);
});

test('the last epoch of 2.4 has the first images of its order, and the schedule ends with it', async () => {
  const whole = await followed({ epochs: 3 });
  const short = await followed({ epochs: 2.4 });
  assert.deepEqual(short.batches, whole.batches.slice(0, 15));
  assert.equal(short.rates[14], 0);
  const { epochs, images } = short.history;
  assert.deepEqual(
    epochs.map((row) => row.images),
    [undefined, undefined, 24],
  );
  assert.equal(images, 2 * 43 + 24);
});

test('a run that ends within an epoch is stopped there and taken up again, loaded when it is done, and given no more', async () => {
  const options = {
    ...{ batchSize, epochs: 1.5, incompleteBatch: 'drop', validation: 'test' },
    augmentation: { crop: 2, flip: 'alternating', cutout: 0 },
  } satisfies TrainOptions;
  const straight = smallModel();
  const expected = await train(straight, dataset, options);
  const run = { name: 'short', folder };
  const again = async (more: TrainOptions) => {
    const model = smallModel();
    const notices: string[] = [];
    const onNotice = (message: string): void => void notices.push(message);
    const history = await train(model, dataset, { ...options, run, onNotice, ...more });
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    model.dispose();
    return { history, weights, notices: notices.join() };
  };
  const stop = { onBatch: ({ epoch }: { epoch: number }) => void (epoch === 2 && requestInterrupt()) };
  assert.ok((await again({ callbacks: [stop] })).history.interrupted);
  const done = await again({});
  assert.match(done.notices, /epoch 2 of 1\.5, \d+ of 24 images in/);
  assert.deepEqual(
    done.weights,
    straight.getWeights().map((weight) => [...weight.dataSync()]),
  );
  straight.dispose();
  assert.equal(done.history.images, expected.images);
  assert.equal(done.history.epochs[1].valLoss, expected.epochs[1].valLoss);
  const loaded = await again({});
  assert.match(loaded.notices, /finished already, with 1\.5 of 1\.5 epochs: loaded/);
  assert.deepEqual(loaded.weights, done.weights);
  assert.deepEqual(
    (await readRuns({ folder })).map(({ name, status }) => [name, status]),
    [['short', 'finished']],
  );
  await assert.rejects(again({ epochs: 3 }), says(/a run of 1\.5 epochs, whose last one was cut short/));
});

test('images that do not fill a batch cannot all be dropped', async () => {
  await assert.rejects(
    followed({ batchSize: 64, incompleteBatch: 'drop' }),
    says(/^incompleteBatch is 'drop', but 43 training images do not fill a batch of 64/),
  );
});
