/** Progressive resizing over a whole run: when which size, taken up again, refused where it can't be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alexnet8, lenet5, resnet18 } from '../../lib/models';
import { adam, completed, constant, preciseStatistics, sideInEpoch } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { extensionTo } from '../../lib/runs/extension';
import { initialState } from '../../lib/runs/state';
import { graphEngine, tfjsEngine, train, type TrainOptions } from '../../lib/train';
import { progress } from '../../lib/train/progress';
import { trainingPetaflops } from '../../lib/train/work';
import { noiseDataset, says, smallModel, temporaryFolder } from './fixtures';
import { stepwise } from './stepwise';

const folder = temporaryFolder('resizing-');
const dataset = noiseDataset({ train: 40, test: 20 });
const stepsPerEpoch = 5;

const options: TrainOptions = {
  ...{ epochs: 4, batchSize: 8, validation: 'test', seed: 3 },
  ...{ optimizer: adam({ ema: { decay: 0.9 }, accumulate: 3 }), schedule: constant() },
  augmentation: { crop: 2, flip: true, cutout: 3, mixup: 0.4, cutmix: 1 },
  resizing: [
    { until: 0.25, side: 4 },
    { until: 0.5, side: 6 },
  ],
  preciseStatistics: preciseStatistics({ batches: 2 }),
  onNotice: () => undefined,
};

function build(): tf.LayersModel {
  const seeded = { kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) };
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', filters: 6, kernelSize: 3, inputShape: [8, 8, 3], ...seeded }),
      tf.layers.batchNormalization({ name: 'bn' }),
      tf.layers.dropout({ name: 'drop', rate: 0.3 }),
      tf.layers.globalAveragePooling2d({ name: 'mean' }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax', ...seeded }),
    ],
  });
}

test('interrupted before, at and after a change of the size, a run is that straight through, to the bit', async () => {
  const straight = build();
  const sides: (number | null)[] = [];
  const engine = stepwise(graphEngine, ({ side = null }) => sides.push(side));
  const history = await train(straight, dataset, { ...options, engine });
  assert.deepEqual(
    [0, 1, 2, 3].map((epoch) => sides[epoch * stepsPerEpoch]),
    [4, 6, null, null],
  );
  assert.equal(sides.length, 4 * stepsPerEpoch);
  assert.deepEqual(
    history.epochs.map(({ side }) => side),
    [4, 6, undefined, undefined],
  );
  for (const stopAt of [3, 5, 14]) {
    const stop = {
      onBatch: ({ epoch, images }: { epoch: number; images: number }) => {
        if ((epoch - 1) * stepsPerEpoch + images / 8 === stopAt) requestInterrupt();
      },
    };
    // As in another process, which has no weights but those of the run.
    const more = { engine: stepwise(graphEngine), run: { name: 'stopped', folder }, callbacks: [stop] };
    const { interrupted } = await train(build(), dataset, { ...options, ...more });
    assert.ok(interrupted, `at step ${stopAt}`);
  }
  const resumed = build();
  await train(resumed, dataset, { ...options, run: { name: 'stopped', folder } });
  resumed.weights.forEach((weight, i) => {
    assert.deepEqual(weight.read().dataSync(), straight.weights[i].read().dataSync(), weight.originalName);
  });
});

test('stages end after whole epochs, and the last epoch is at full size', () => {
  const resizing = [
    { until: 0.4, side: 16 },
    { until: 0.7, side: 24 },
  ];
  const sides = (epochs: number): (number | null)[] =>
    Array.from({ length: epochs }, (_, i) => sideInEpoch({ resizing, epochs }, i + 1));
  assert.deepEqual(sides(10), [16, 16, 16, 16, 24, 24, 24, null, null, null]);
  assert.deepEqual(sides(3), [16, 24, null]);
  assert.deepEqual(sides(2), [16, null]);
  assert.deepEqual(sides(1), [null]);
  assert.equal(sideInEpoch({ resizing: null, epochs: 10 }, 1), null);
});

test('a recipe stored before there was resizing has none, and one with it is not as planned when it gets longer', async () => {
  const { recipe } = await train(smallModel(), dataset, { epochs: 1, batchSize: 40 });
  const { resizing, ...earlier } = recipe;
  assert.equal(resizing, null);
  assert.equal(completed(earlier as typeof recipe).resizing, null);
  assert.ok(extensionTo(4, { ...recipe, epochs: 2 }).asPlanned);
  assert.ok(!extensionTo(4, { ...recipe, epochs: 2, resizing: [{ until: 0.5, side: 4 }] }).asPlanned);
  // Of one epoch and of five, the first is at full size.
  assert.ok(extensionTo(5, { ...recipe, resizing: [{ until: 0.05, side: 4 }] }).asPlanned);

  // After an epoch of quarters in ten seconds, one more such epoch and two of whole images are left.
  const sums = { images: 40, loss: 1, accuracy: 0, top5: 0 };
  const state = { ...initialState, sums, epochSeconds: 10 };
  const half = { ...recipe, epochs: 4, resizing: [{ until: 0.5, side: 4 }] };
  const now = progress(state, half, { course: { imagesPerEpoch: 40, imagesIn: () => 40 }, full: 8 });
  assert.deepEqual([now.imagesPerSecond, now.secondsLeft], [4, 10 + 40 + 40]);
});

test('what cannot be done is refused before training, with the layer and the sides that can', async () => {
  const resizing = [{ until: 0.5, side: 4 }];
  const run = { name: 'refused', folder };
  const refused = (model: tf.LayersModel, more: TrainOptions, message: RegExp): Promise<void> =>
    assert.rejects(train(model, dataset, { ...options, ...more, run }), says(message));
  const small = smallModel();
  await refused(
    small,
    { resizing },
    /^Baseline cannot be trained on images of 4×4.* its layer "hidden" \(Dense\) has weights for 96 values along the last axis of its input, and would get 24\. Sides that it can take below 8: 7\.$/,
  );
  const input = tf.input({ shape: [8, 8, 3] });
  const flat = tf.layers.reshape({ name: 'flat', targetShape: [192] }).apply(input);
  const outputs = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  const reshaped = tf.model({ inputs: input, outputs });
  await refused(
    reshaped,
    { resizing },
    /"flat" \(Reshape\) does not take \[4, 4, 3\].*no side below 8: leave/,
  );
  await refused(build(), { engine: tfjsEngine }, /^The engine "tfjs" has no.* and no progressive resizing/);
  const images = { ...noiseDataset({ classes: 10 }), imageShape: [32, 32, 3] as const };
  await assert.rejects(
    train(alexnet8({ width: 0.1 }), images, { resizing: [{ until: 0.5, side: 16 }] }),
    says(
      /^AlexNet8, width 0.1 cannot .* 16×16.*"pool5" .* would be left with nothing.* Sides that it can take below 32: 29, 30, 31\.$/,
    ),
  );
});

test('the work of a training: six operations for each multiply-add of an image, at the size it had', async () => {
  const { recipe } = await train(smallModel(), dataset, { epochs: 1, batchSize: 40 });
  const row = { loss: 1, accuracy: 0, top5: 0, valLoss: null, valAccuracy: null, valTop5: null };
  const rowOf = (epoch: number, images: number, side?: number) => ({
    ...{ ...row, epoch, learningRate: 0, seconds: 7, imagesPerSecond: images / 7, memoryMB: 0, tensors: 0 },
    ...(side !== undefined && { side }),
  });
  const lenet = 28 * 28 * 25 * 3 * 6 + 10 * 10 * 25 * 6 * 16 + 400 * 120 + 120 * 84 + 84 * 10;
  const plain = { recipe, epochs: [rowOf(1, 1000), rowOf(2, 1000)], images: 2000 };
  assert.equal(trainingPetaflops(lenet5(), plain), (6 * 2000 * lenet) / 1e15);

  // The convolutions of ResNet18 work on a quarter of the pixels; the matrix of its last layer stays what it is.
  const whole = 555_422_720;
  const dense = 512 * 10;
  const quarter = (whole - dense) / 4 + dense;
  const resizing = [{ until: 0.5, side: 16 }];
  const epochs = [rowOf(1, 50_000, 16), rowOf(2, 50_000, 16), rowOf(3, 50_000)];
  // The fourth epoch is not over.
  const unfinished = { recipe: { ...recipe, epochs: 4, resizing }, epochs, images: 150_100 };
  const expected = (6 * (100_000 * quarter + 50_100 * whole)) / 1e15;
  assert.ok(Math.abs(trainingPetaflops(resnet18(), unfinished) - expected) < 1e-9 * expected);
});
