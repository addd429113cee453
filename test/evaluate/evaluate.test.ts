import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { classReports, confusionMatrix, evaluate } from '../../lib/evaluate';
import { customMetric } from '../../lib/graph';
import type { CustomMetric } from '../../lib/recipe';
import { readRuns } from '../../lib/runs';
import { resultKeeper } from '../../lib/runs/test-result';
import { train } from '../../lib/train';
import { noiseDataset, says, smallModel, temporaryFolder } from '../train/fixtures';

const close = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} instead of ${expected}`);
};

test('confusion counts, precision and recall agree with a matrix worked out by hand', () => {
  //       image  0  1  2  3  4  5  6  7  8  9
  const labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
  const called = [0, 0, 1, 2, 1, 1, 0, 0, 0, 1];
  const confusion = confusionMatrix(labels, called, 3);
  assert.deepEqual(confusion, [
    [2, 1, 1],
    [1, 2, 0],
    [2, 1, 0],
  ]);
  const [a, b, c] = classReports(confusion, ['a', 'b', 'c']);
  // Called a: 2 + 1 + 2 times, 2 of them right; 4 images are a.
  assert.deepEqual([a.precision, a.recall, a.images], [2 / 5, 2 / 4, 4]);
  close(a.f1, (2 * (2 / 5) * (2 / 4)) / (2 / 5 + 2 / 4));
  assert.deepEqual([b.precision, b.recall, b.images], [2 / 4, 2 / 3, 3]);
  assert.deepEqual([c.precision, c.recall, c.f1, c.images], [0, 0, 0, 3]);
});

test('a class that was never called has no precision, one without images no recall', () => {
  const [a, b] = classReports(confusionMatrix([0, 0], [0, 0], 2), ['a', 'b']);
  assert.deepEqual([a.precision, a.recall], [1, 1]);
  assert.ok(Number.isNaN(b.precision) && Number.isNaN(b.recall) && Number.isNaN(b.f1));
});

/** A network of fixed biases: it gives every image the same probabilities. */
function opinionated(biases: number[], l2 = 0): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        ...(l2 > 0 && { kernelRegularizer: tf.regularizers.l2({ l2 }) }),
      }),
    ],
  });
  model.layers[1].setWeights([tf.zeros([192, 3]), tf.tensor1d(biases)]);
  return model;
}

test('loss, accuracy and confidences of a network whose probabilities are known', async () => {
  // Softmax of the logarithms of 1, 2, 5 is 1/8, 2/8, 5/8.
  const model = opinionated([Math.log(1), Math.log(2), Math.log(5)]);
  const dataset = noiseDataset({ test: 20 }); // classes 0 1 2 in turn: 7, 7 and 6 images
  const result = await evaluate(model, dataset, { batchSize: 6 });
  close(result.loss, -(7 * Math.log(1 / 8) + 7 * Math.log(2 / 8) + 6 * Math.log(5 / 8)) / 20);
  assert.equal(result.accuracy, 6 / 20);
  assert.deepEqual([...result.predictions], new Array(20).fill(2));
  close(result.confidences[19], 5 / 8);
  assert.deepEqual(result.confusion, [
    [0, 0, 7],
    [0, 0, 7],
    [0, 0, 6],
  ]);
  assert.deepEqual([result.on, result.dataset], ['test', 'noise']);
  assert.equal((await evaluate(model, dataset, { on: 'train' })).predictions.length, 40);
  model.dispose();
});

test('a certain and wrong answer costs what its logits say, as in Keras, though its probability is 0', async () => {
  const model = opinionated([-200, -200, 0]);
  const { loss } = await evaluate(model, noiseDataset({ test: 1 }));
  close(loss, 200);
  model.dispose();
});

test('penalties on weights are part of the loss', async () => {
  const model = opinionated([0, 0, 0], 0.01);
  model.layers[1].setWeights([tf.fill([192, 3], 0.1), tf.zeros([3])]);
  // Equal columns keep the probabilities at 1/3; L2 adds 0.01 · 576 · 0.1².
  close((await evaluate(model, noiseDataset())).loss, Math.log(3) + 0.01 * 576 * 0.01);
  model.dispose();
});

test('code that is not at hand is said, and the network is as it was', async () => {
  const model = smallModel();
  const dataset = noiseDataset();
  // As a run stores it.
  const stored = JSON.parse(
    JSON.stringify(customMetric((labels, _output, g) => g.cast(labels, 'float32'), { name: 'x' })),
  ) as CustomMetric;
  const before = tf.memory().numTensors;
  await assert.rejects(evaluate(model, dataset, { metrics: [stored] }), says(/metric "x" is not at hand/));
  tf.dispose(model.predict(tf.zeros([1, 8, 8, 3])));
  assert.equal(tf.memory().numTensors, before + 1, 'the zeros alone');
  model.dispose();
});

test('a result of weights that were trained on meanwhile is not kept', async () => {
  const folder = temporaryFolder('evaluate-');
  const run = { name: 'a', folder };
  const dataset = noiseDataset();
  const options = { batchSize: 8, onNotice: () => undefined, run };
  const model = smallModel();
  await train(model, dataset, { ...options, epochs: 1 });
  const keeper = resultKeeper(run, dataset, 'test');
  const measured = await evaluate(model, dataset);
  await train(model, dataset, { ...options, epochs: 2 });
  await assert.rejects(keeper.write(measured), says(/was trained on while its network was measured/));
  const [{ evaluation }] = await readRuns({ folder });
  assert.equal(evaluation, undefined);
  model.dispose();
});

test('an interrupted evaluation gives no result', async () => {
  const model = smallModel();
  setImmediate(requestInterrupt);
  await assert.rejects(evaluate(model, noiseDataset(), { batchSize: 1 }), UserError);
  assert.equal(requestInterrupt(), false);
  model.dispose();
});
