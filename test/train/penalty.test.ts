/** What regularisers add to the loss is kept apart from the loss on the images, all the way to the history. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sgd } from '../../lib/recipe';
import { addSteps, means, noSums } from '../../lib/runs/state';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, train } from '../../lib/train';
import { noiseDataset } from './fixtures';

const model = (l2: number): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        ...(l2 > 0 && { kernelRegularizer: tf.regularizers.l2({ l2 }) }),
      }),
    ],
  });

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: the history has the penalty beside the loss, in training and validation`, async () => {
    const epochOf = async (l2: number) => {
      const network = model(l2);
      const [kernel] = network.getWeights();
      const squares = tf.tidy(() => kernel.square().sum().dataSync()[0]);
      // A rate at which the weights hardly move.
      const options = {
        optimizer: sgd({ learningRate: 1e-9 }),
        epochs: 1,
        batchSize: 16,
        validation: 'test',
        engine,
      } as const;
      const { epochs } = await train(network, noiseDataset(), options);
      network.dispose();
      return { row: epochs[0], squares };
    };
    const [plain, penalised] = [await epochOf(0), await epochOf(0.05)];
    const { row, squares } = penalised;
    const close = (found: number | null | undefined, expected: number): void => {
      assert.ok(Math.abs((found ?? NaN) - expected) < 1e-5, `${found} is not ${expected}`);
    };
    close(row.penalty, 0.05 * squares);
    close(row.valPenalty, 0.05 * squares);
    close(row.loss, plain.row.loss + 0.05 * squares);
    close(row.valLoss, (plain.row.valLoss ?? NaN) + 0.05 * squares);
    assert.deepEqual([plain.row.penalty, plain.row.valPenalty], [0, 0]);
  });
}

test('an epoch that a checkpoint of an earlier version holds half of does not guess at its penalty', () => {
  const result = { steps: 1, images: 10, loss: 3, penalty: 1, accuracy: 0.5, top5: 1 };
  assert.equal(means(addSteps(noSums, result)).penalty, 1);
  const old = { images: 10, loss: 20, accuracy: 5, top5: 10 };
  const row = means(addSteps(old, result));
  assert.deepEqual(row, { loss: 2.5, accuracy: 0.5, top5: 1 });
});
