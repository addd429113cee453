import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, probabilities } from '../../lib/evaluate';
import { noteTrainedWith } from '../../lib/evaluate/trained-with';
import { crossEntropy } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { noiseDataset, smallModel } from '../train/fixtures';

const near = (value: number, expected: number): void => {
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} instead of ${expected}`);
};

test('they are those of evaluate, with the normalisation that the network was trained with', async () => {
  const model = smallModel();
  const normalisation = { mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.3, 0.25] };
  noteTrainedWith(model, { normalisation, loss: crossEntropy() });
  const dataset = noiseDataset({ test: 300 });
  const tensors = tf.memory().numTensors;
  const rows = await probabilities(model, dataset);
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual([rows.length, rows[0].length], [300, 3]);
  rows.forEach((row) => {
    near(row[0] + row[1] + row[2], 1);
  });
  const { confidences, predictions } = await evaluate(model, dataset);
  rows.forEach((row, image) => {
    near(Math.max(...row), confidences[image]);
    near(row[predictions[image]], confidences[image]);
  });
});

test('of chosen training images, in their order', async () => {
  const model = smallModel();
  const dataset = noiseDataset({ test: 20 });
  const all = await probabilities(model, dataset, { on: 'train' });
  const some = await probabilities(model, dataset, { on: 'train', indices: Uint32Array.of(5, 2) });
  assert.equal(all.length, dataset.train.count);
  [5, 2].forEach((index, i) => {
    some[i].forEach((value, k) => {
      near(value, all[index][k]);
    });
  });
});

test('a network that ends in logits gives probabilities too', async () => {
  const model = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [8, 8, 3] }), tf.layers.dense({ units: 3 })],
  });
  model.layers[1].setWeights([tf.zeros([192, 3]), tf.tensor1d([1, 2, 5].map(Math.log))]);
  noteTrainedWith(model, { normalisation: null, loss: crossEntropy({ fromLogits: true }) });
  const [row] = await probabilities(model, noiseDataset({ test: 3 }));
  [1 / 8, 2 / 8, 5 / 8].forEach((share, k) => {
    near(row[k], share);
  });
});

test('an interrupt leaves no half of a list', async () => {
  const promise = probabilities(smallModel(), noiseDataset({ test: 600 }));
  requestInterrupt();
  await assert.rejects(promise, UserError);
});
