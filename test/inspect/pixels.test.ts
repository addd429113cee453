/** Networks as functions of pixels: against their own layers, and their gradients against finite differences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchTensor, channelStatistics } from '../../lib/data';
import { evaluate } from '../../lib/evaluate';
import { noteTrainedWith } from '../../lib/evaluate/trained-with';
import { featureMaps, logitsOf, mapsOf } from '../../lib/inspect';
import { crossEntropy } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { noiseDataset, smallModel } from '../train/fixtures';

const dataset = noiseDataset();
const shape = dataset.imageShape;
const normalisation = channelStatistics(dataset.train, shape);

function normalisedModel(): tf.LayersModel {
  const model = smallModel();
  noteTrainedWith(model, { normalisation, loss: crossEntropy() });
  return model;
}

test('logits of pixels are those that evaluation sees, scaled as in training', async () => {
  const model = normalisedModel();
  const { predictions, confidences } = await evaluate(model, dataset);
  const all = Array.from({ length: dataset.test.count }, (_, i) => i);
  const probabilities = tf.tidy(() =>
    tf.softmax(logitsOf(model)(batchTensor(dataset.test, all, shape))).arraySync(),
  );
  probabilities.forEach((row, i) => {
    const most = Math.max(...row);
    assert.equal(row.indexOf(most), predictions[i]);
    assert.ok(Math.abs(most - confidences[i]) < 1e-5, `${most} and ${confidences[i]}`);
  });
});

test('maps of pixels are the feature maps', () => {
  const model = normalisedModel();
  const { maps } = featureMaps(model, dataset, 'bn', { index: 2 });
  const found = tf.tidy(() => {
    const ours = mapsOf(model, 'bn')(batchTensor(dataset.test, [2], shape));
    return tf.transpose(ours, [0, 3, 1, 2]).dataSync<'float32'>();
  });
  const expected = maps.flatMap((map) => [...map]);
  assert.equal(found.length, expected.length);
  assert.ok(found.every((value, i) => Math.abs(value - expected[i]) < 1e-5));
});

test('the gradient by a pixel is what a small change of it does, and nothing is left behind', () => {
  const model = normalisedModel();
  const tensors = tf.memory().numTensors;
  const logits = logitsOf(model);
  const [gradient, slopes] = tf.tidy(() => {
    const image = batchTensor(dataset.test, [4], shape);
    const truth = tf.oneHot(tf.tensor1d([1], 'int32'), 3);
    const loss = (pixels: tf.Tensor): tf.Scalar => tf.losses.softmaxCrossEntropy(truth, logits(pixels));
    const found = tf.grad(loss)(image).dataSync<'float32'>();
    const step = 1e-2;
    const moved = (at: number, by: number): number => {
      const pixels = image.dataSync<'float32'>().slice();
      pixels[at] += by;
      return loss(tf.tensor4d(pixels, [1, ...shape])).dataSync()[0];
    };
    const places = [0, 50, 100, 191];
    return [
      places.map((at) => found[at]),
      places.map((at) => (moved(at, step) - moved(at, -step)) / (2 * step)),
    ] as unknown as tf.Tensor[];
  }) as unknown as number[][];
  assert.ok(slopes.some((slope) => Math.abs(slope) > 1e-3));
  gradient.forEach((value, i) => {
    assert.ok(
      Math.abs(value - slopes[i]) < 0.05 * Math.abs(slopes[i]) + 1e-3,
      `${gradient.join()} and ${slopes.join()}`,
    );
  });
  assert.equal(tf.memory().numTensors, tensors);
});

test('layers without maps are named', () => {
  assert.throws(
    () => mapsOf(smallModel(), 'hidden'),
    (error) =>
      error instanceof UserError && /no feature maps in a layer "hidden".*conv, bn/.test(error.message),
  );
});
