/** Filters that whiten patches of the training images, set before training and kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset, ImageSet } from '../../lib/data';
import { Random } from '../../lib/data/random';
import { resnet18, speedrun, vgg16 } from '../../lib/models';
import { recipe, sgd, whitening } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { train, whiten, type TrainCallbacks, type TrainOptions } from '../../lib/train';
import { splitIndices } from '../../lib/train/order';
import { lossesOf, says, temporaryFolder } from './fixtures';

const folder = temporaryFolder('whitening-');
const [side, classes] = [12, 3];
const normalisation = { mean: [0.5, 0.45, 0.4], deviation: [0.2, 0.25, 0.3] };

/** Neighbouring pixels and channels are alike, as in pictures. */
function smooth(count: number, seed: number): ImageSet {
  const random = new Random(seed);
  const images = new Uint8Array(count * side * side * 3);
  for (let i = 0; i < count; i++) {
    const [base, down, across] = [random.between(90, 120), random.between(0, 6), random.between(0, 6)];
    for (let p = 0; p < side * side * 3; p++) {
      const [row, column] = [Math.floor(p / 3 / side), Math.floor(p / 3) % side];
      images[i * side * side * 3 + p] =
        base + down * row - across * column + random.between(0, 12) + 5 * (p % 3);
    }
  }
  return { images, labels: Uint8Array.from({ length: count }, (_, i) => i % classes), count };
}

const dataset: Dataset = {
  name: 'smooth',
  source: { kind: 'sample', location: 'test', digest: '' },
  classNames: ['a', 'b', 'c'],
  imageShape: [side, side, 3],
  train: smooth(60, 1),
  test: smooth(12, 2),
  available: { train: 60, test: 12 },
};

/** Whose first layer gives what its filters make of a patch. */
const network = (seed = 1) =>
  speedrun({ inputShape: [side, side, 3], classes, width: 0.1, seed, activation: 'linear' });

/** By name: what is not trained comes last. */
const weightOf = (model: tf.LayersModel, name: string): Float32Array => {
  const weight = model.weights.find(({ originalName }) => originalName === `whiten/${name}`);
  assert.ok(weight);
  return weight.read().dataSync().slice() as Float32Array;
};
const filtersOf = (model: tf.LayersModel): Float32Array => weightOf(model, 'kernel');

test('what the filters make of the patches is uncorrelated and of size 1; the second half is the first negated', () => {
  const model = network();
  whiten(model, dataset, { normalisation, images: 40, epsilon: 1e-6 });
  assert.equal(model.getLayer('whiten').trainableWeights.length, 1, 'the bias alone');
  tf.tidy(() => {
    const pixels = tf.tensor4d(dataset.train.images, [60, side, side, 3], 'float32').slice(0, 40).div(255);
    const { mean, deviation } = normalisation;
    const images = pixels.sub(tf.tensor1d(mean)).div(tf.tensor1d(deviation));
    const outputs = (model.getLayer('whiten').apply(images) as tf.Tensor4D).reshape([-1, 24]);
    const [first, second] = tf.split(outputs, 2, 1);
    assert.ok(first.add(second).abs().max().dataSync()[0] < 1e-4);
    const covariance = tf.matMul(first, first, true, false).div(outputs.shape[0]);
    const off = covariance.sub(tf.eye(12)).abs().max().dataSync()[0];
    assert.ok(off < 0.01, `the covariance is off by ${off}`);
  });
  model.dispose();
});

test('a larger epsilon keeps weak directions small: the size of output i is λ / (λ + epsilon)', () => {
  const [model, damped] = [network(), network()];
  whiten(model, dataset, { epsilon: 1e-9 });
  whiten(damped, dataset, { epsilon: 1e-3 });
  const lengths = (filters: Float32Array): number[] =>
    Array.from({ length: 12 }, (_, f) => Math.hypot(...filters.filter((_value, i) => i % 24 === f)));
  // A filter is a unit vector over √(λ + epsilon): from its length without epsilon follows the one with it.
  const plain = lengths(filtersOf(model));
  lengths(filtersOf(damped)).forEach((length, i) => {
    const expected = 1 / Math.sqrt(1 / plain[i] ** 2 + 1e-3);
    assert.ok(Math.abs(length / expected - 1) < 1e-3, `filter ${i}: ${length}, not ${expected}`);
  });
  assert.ok(plain[11] > 2 * lengths(filtersOf(damped))[11], 'the weakest direction');
  model.dispose();
  damped.dispose();
});

const options: TrainOptions = {
  ...{ epochs: 3, batchSize: 10, validation: { split: 0.25 }, normalisation },
  ...{ whitening: whitening(), optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }) },
  onNotice: () => undefined,
};

test('train whitens by the images it trains on, keeps the filters, and goes on with them', async () => {
  const whole = network();
  const history = await train(whole, dataset, options);
  const kept = filtersOf(whole);
  const expected = network(2);
  const { train: indices } = splitIndices(60, 0.25);
  whiten(expected, dataset, { normalisation, indices });
  assert.deepEqual(kept, filtersOf(expected));
  assert.notDeepEqual(weightOf(whole, 'bias'), new Float32Array(24));

  const run = { name: 'resumed', folder };
  const stop: TrainCallbacks = {
    onEpoch: () => {
      requestInterrupt();
    },
  };
  await train(network(), dataset, { ...options, run, callbacks: [stop] });
  const resumed = network();
  const again = await train(resumed, dataset, { ...options, run });
  assert.deepEqual(lossesOf(again), lossesOf(history));
  assert.deepEqual(filtersOf(resumed), kept);
  for (const model of [whole, expected, resumed]) model.dispose();
});

test('a network that such filters do not fit is refused', () => {
  const inputShape = [side, side, 3] as const;
  const thin = { inputShape, classes, width: 0.05 };
  const refuses = (model: tf.LayersModel, message: RegExp): void => {
    assert.throws(() => {
      whiten(model, dataset);
    }, says(message));
    model.dispose();
  };
  refuses(
    resnet18({ inputShape, classes, width: 0.95 }),
    /^"resnet18" can't be whitened: "stem_conv" has 61 filters for patches of 3×3×3\. Set whitening to null/,
  );
  refuses(vgg16({ ...thin, inputShape: [32, 32, 3] }), /has 3 filters/);
  refuses(
    tf.sequential({ layers: [tf.layers.flatten({ inputShape: [side, side, 3] })] }),
    /does not begin with/,
  );
  assert.throws(() => whitening({ epsilon: 0 }), says(/^whitening\.epsilon is 0.*above 0/));
  assert.throws(() => whitening({ images: 2.5 }), says(/^whitening\.images is 2\.5/));
  assert.deepEqual(recipe('speedrun').whitening, { images: 5_000, epsilon: 5e-4 });
});
