/** Batch normalisation's statistics, re-estimated from training images instead of averaged over steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allIndices } from '../../lib/data/subset';
import { adam, preciseStatistics } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { evaluate } from '../../lib/evaluate';
import { inputBatch } from '../../lib/evaluate/input-batch';
import { graphEngine, tfjsEngine, train, type Engine, type TrainOptions } from '../../lib/train';
import { noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('precise-');

const dataset = noiseDataset();

const options: TrainOptions = {
  ...{ epochs: 2, batchSize: 8, optimizer: adam(), validation: 'none' },
  // The statistics are those of the images as they are.
  augmentation: { crop: 2, flip: true, cutout: 3 },
  normalisation: 'channels',
  onNotice: () => undefined,
};

const seeded = (seed: number) => ({
  kernelInitializer: tf.initializers.glorotUniform({ seed }),
  // A bias before batch normalisation is a part of the mean.
  biasInitializer: tf.initializers.randomUniform({ minval: -1, maxval: 1, seed }),
});
const apply = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor =>
  layer.apply(inputs.length === 1 ? inputs[0] : inputs) as tf.SymbolicTensor;

/** Mean and uncorrected variance of each channel, in double precision. */
function moments(...values: tf.Tensor[]): { mean: number[]; variance: number[] } {
  const channels = values[0].shape[values[0].shape.length - 1] ?? 0;
  const flat = values.flatMap((each) => [...each.dataSync()]);
  const perChannel = Array.from({ length: channels }, (_, c) =>
    flat.filter((_value, i) => i % channels === c),
  );
  const meanOf = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const mean = perChannel.map(meanOf);
  return { mean, variance: perChannel.map((list, c) => meanOf(list.map((value) => (value - mean[c]) ** 2))) };
}

function assertMoments(model: tf.LayersModel, layer: string, expected: ReturnType<typeof moments>): void {
  const [mean, variance] = model
    .getLayer(layer)
    .getWeights()
    .slice(2)
    .map((each) => [...each.dataSync()]);
  for (const [found, wanted, what] of [
    [mean, expected.mean, 'mean'],
    [variance, expected.variance, 'variance'],
  ] as const) {
    found.forEach((value, i) => {
      assert.ok(
        Math.abs(value - wanted[i]) < 1e-5 * (1 + Math.abs(wanted[i])),
        `${layer}, ${what} ${i}: ${value}, not ${wanted[i]}`,
      );
    });
  }
}

/** All training images, as the network gets them. */
async function images(model: tf.LayersModel, more: TrainOptions): Promise<tf.Tensor> {
  const { recipe } = await train(model, dataset, { ...options, ...more });
  return inputBatch(dataset.train, allIndices(dataset.train.count), {
    imageShape: dataset.imageShape,
    ...recipe,
  });
}

const outputOf = (model: tf.LayersModel, layer: string, x: tf.Tensor): tf.Tensor =>
  tf
    .model({ inputs: model.inputs, outputs: model.getLayer(layer).getOutputAt(0) as tf.SymbolicTensor })
    .predict(x) as tf.Tensor;

test('of a first layer they are exact over all batches: siblings, calls of a shared layer, 6 channels and 8', async () => {
  const input = tf.input({ shape: [8, 8, 3] });
  const branches = [1, 2].map((n) => {
    const conv = tf.layers.conv2d({ name: `conv${n}`, filters: 8, kernelSize: 1, ...seeded(n) });
    return apply(tf.layers.batchNormalization({ name: `bn${n}` }), apply(conv, input));
  });
  const shared = tf.layers.batchNormalization({ name: 'shared' });
  const calls = [3, 4].map((n) =>
    apply(
      shared,
      apply(
        tf.layers.conv2d({ name: `conv${n}`, filters: 6, kernelSize: n, padding: 'same', ...seeded(n) }),
        input,
      ),
    ),
  );
  const features = apply(tf.layers.flatten(), apply(tf.layers.concatenate(), ...branches, ...calls));
  const outputs = apply(tf.layers.dense({ units: 3, activation: 'softmax', ...seeded(5) }), features);
  const model = tf.model({ inputs: input, outputs });
  // Five batches of 8 are all 40 images.
  const x = await images(model, { preciseStatistics: preciseStatistics({ batches: 5 }) });
  for (const n of [1, 2]) assertMoments(model, `bn${n}`, moments(outputOf(model, `conv${n}`, x)));
  assertMoments(model, 'shared', moments(outputOf(model, 'conv3', x), outputOf(model, 'conv4', x)));
});

test('of a later layer they are those of inference, without dropout', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: 6, ...seeded(1) }),
      tf.layers.batchNormalization({ name: 'first' }),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.dropout({ rate: 0.5, seed: 1 }),
      tf.layers.dense({ name: 'second_dense', units: 5, ...seeded(2) }),
      tf.layers.batchNormalization({ name: 'second' }),
      tf.layers.dense({ units: 3, activation: 'softmax', ...seeded(3) }),
    ],
  });
  // All images make one batch, and there are not 45 of them: its statistics are those that inference then uses.
  const x = await images(model, { batchSize: 40, preciseStatistics: preciseStatistics() });
  assertMoments(model, 'second', moments(outputOf(model, 'second_dense', x)));
});

test('they change what is measured, and not what is trained', async () => {
  const found = [null, preciseStatistics({ batches: 2 })].map(async (precise) => {
    const model = smallModel({ dropout: 0.3 });
    const history = await train(model, dataset, {
      ...options,
      validation: 'test',
      preciseStatistics: precise,
    });
    const { loss } = await evaluate(model, dataset);
    assert.ok(
      Math.abs(loss - (history.epochs[1].valLoss ?? NaN)) < 1e-5,
      'they are in the network at the end',
    );
    const weights = model.weights.map((weight) => ({
      name: weight.originalName,
      values: [...weight.read().dataSync()],
    }));
    model.dispose();
    return { losses: history.epochs.map(({ loss: each }) => each), loss, weights };
  });
  const [moving, precise] = [await found[0], await found[1]];
  moving.losses.forEach((loss, i) => {
    assert.ok(Math.abs(loss - precise.losses[i]) < 1e-6);
  });
  assert.ok(Math.abs(moving.loss - precise.loss) > 1e-3);
  for (const [i, { name, values }] of moving.weights.entries()) {
    const compare: typeof assert.deepEqual = name.includes('moving') ? assert.notDeepEqual : assert.deepEqual;
    compare(precise.weights[i].values, values, name);
  }
});

test('a run that was stopped, in the middle of re-estimating too, comes to the same', async () => {
  const once = async (name: string, stop: 'never' | 'in steps' | 'in statistics'): Promise<unknown> => {
    const model = smallModel({ dropout: 0.3 });
    const engine: Engine = {
      name: 'graph',
      async start(job) {
        const run = await graphEngine.start(job);
        const statistics = run.statistics && {
          ...run.statistics,
          reestimate: (order: Uint32Array, stopped: () => boolean) => {
            let asked = 0;
            return run.statistics!.reestimate(order, () => {
              if (stop === 'in statistics' && ++asked === 2) requestInterrupt();
              return stopped();
            });
          },
        };
        return { ...run, statistics };
      },
    };
    const history = await train(model, dataset, {
      ...{ ...options, epochs: 3, validation: { split: 0.1 }, validationFrequency: 2, keep: 'best' },
      preciseStatistics: preciseStatistics({ batches: 3 }),
      engine,
      run: { name, folder },
      callbacks: [
        { onBatch: ({ epoch }) => void (stop === 'in steps' && epoch === 3 && requestInterrupt()) },
      ],
    });
    assert.equal(history.interrupted, stop !== 'never');
    const weights = model.weights.map((weight) => [...weight.read().dataSync()]);
    model.dispose();
    return { weights, measured: history.epochs.map(({ valLoss, valAccuracy }) => [valLoss, valAccuracy]) };
  };
  const straight = await once('straight', 'never');
  await once('stopped', 'in statistics');
  await once('stopped', 'in steps');
  assert.deepEqual(await once('stopped', 'never'), straight);
});

test('for a network without batch normalisation there is nothing to do; the tfjs engine says that it cannot', async () => {
  const notices: string[] = [];
  const precise = { ...options, epochs: 1, preciseStatistics: preciseStatistics() };
  const plain = smallModel({ batchNorm: false });
  await train(plain, dataset, { ...precise, onNotice: (message) => notices.push(message) });
  assert.deepEqual(notices, []);
  await assert.rejects(
    train(plain, dataset, { ...precise, engine: tfjsEngine }),
    /^UserError: The engine "tfjs" cannot re-estimate .*preciseStatistics, of 45 batches.*engine "graph"/,
  );
  plain.dispose();
});
