/** Layers that are not trainable keep their weights to the bit, whatever a recipe does to weights. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam, preciseStatistics } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, train } from '../../lib/train';
import { noiseDataset, smallModel } from './fixtures';

const dataset = noiseDataset();

/** A frozen base and a new last layer, as transfer learning has them. */
function withNewHead(): { model: tf.LayersModel; base: tf.LayersModel } {
  const base = smallModel({ dropout: 0.5 });
  for (const layer of base.layers) layer.trainable = false;
  const head = tf.layers.dense({
    ...{ name: 'head', units: 3, activation: 'softmax' },
    kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
  });
  const features = base.getLayer('flatten').output as tf.SymbolicTensor;
  const outputs = head.apply(features) as tf.SymbolicTensor;
  return { model: tf.model({ inputs: base.inputs, outputs }), base };
}

const valuesOf = (layer: tf.layers.Layer | tf.LayersModel): number[][] =>
  layer.getWeights().map((weight) => [...weight.dataSync()]);

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: decay and statistics leave a frozen base alone, and its head learns`, async () => {
    const { model, base } = withNewHead();
    const before = { base: valuesOf(base), head: valuesOf(model.getLayer('head')) };
    const { epochs } = await train(model, dataset, {
      ...{ engine, epochs: 30, batchSize: 8, validation: 'none' },
      // tfjs's optimizers have no decay, and its engine takes no statistics.
      ...(engine === graphEngine
        ? {
            optimizer: adam({ learningRate: 0.01, weightDecay: 0.1 }),
            preciseStatistics: preciseStatistics({ batches: 2 }),
          }
        : { optimizer: adam({ learningRate: 0.01 }) }),
    });
    assert.deepEqual(valuesOf(base), before.base);
    assert.notDeepEqual(valuesOf(model.getLayer('head')), before.head);
    assert.ok(epochs[29].loss < 0.85 * epochs[0].loss, `${epochs[0].loss} to ${epochs[29].loss}`);
  });
}
