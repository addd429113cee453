/** Networks in the page: the same probabilities as the library's, from disk, without a network, on WebAssembly. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadDataset } from '../../lib/data/load';
import type { Dataset } from '../../lib/data/types';
import { probabilities } from '../../lib/evaluate/probabilities';
import { noteTrainedWith } from '../../lib/evaluate/trained-with';
import { tf } from '../../lib/runtime/tensorflow';
import { crossEntropy } from '../../lib/recipe';
import { skipWithoutChromium } from '../browser/chromium';
import { type EnginePage, lively, type Models, offersOf, openEngine, sent } from './engine-page';

const checked = 3;

/** Every network, the large ones narrow. */
function everyNetwork(): Models {
  const networks = {
    baseline: lively('baseline'),
    lenet5: lively('lenet5'),
    alexnet8: lively('alexnet8', { width: 0.25 }),
    vgg16: lively('vgg16', { width: 0.25 }),
    resnet18: lively('resnet18', { width: 0.25 }),
    inception10: lively('inception10'),
    speedrun: lively('speedrun', { width: 0.5 }),
    logits: lively('lenet5', { logits: true }),
    everyKind: everyKind(),
  };
  noteTrainedWith(networks.resnet18, {
    normalisation: { mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.25, 0.3] },
    loss: crossEntropy(),
  });
  noteTrainedWith(networks.logits, { normalisation: null, loss: crossEntropy({ fromLogits: true }) });
  return networks;
}

/** Kinds and settings of layers that the networks have only in their variants. */
function everyKind(): tf.LayersModel {
  const image = tf.input({ shape: [32, 32, 3], name: 'image' });
  const through = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor =>
    layers.reduce((input, layer) => layer.apply(input) as tf.SymbolicTensor, x);
  const dilated = through(
    image,
    tf.layers.conv2d({
      filters: 4,
      kernelSize: [3, 2],
      dilationRate: 2,
      padding: 'same',
      activation: 'tanh',
    }),
    tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  );
  const strided = through(
    image,
    tf.layers.conv2d({ filters: 4, kernelSize: 4, strides: [2, 2], padding: 'same', activation: 'gelu' }),
    tf.layers.batchNormalization({ center: false }),
    tf.layers.dropout({ rate: 0.5 }),
  );
  const sum = tf.layers.add().apply([dilated, strided]) as tf.SymbolicTensor;
  const both = tf.layers.concatenate().apply([sum, strided, dilated]) as tf.SymbolicTensor;
  const classes = through(
    both,
    tf.layers.maxPooling2d({ poolSize: 3, strides: 3, padding: 'same' }),
    tf.layers.reLU(),
    tf.layers.reshape({ targetShape: [6 * 12, 6] }),
    tf.layers.flatten(),
    tf.layers.rescaling({ scale: 0.5, offset: 0.1 }),
    tf.layers.dense({ units: 20, activation: 'elu', kernelInitializer: 'glorotUniform' }),
    tf.layers.dense({ units: 10 }),
    tf.layers.activation({ activation: 'softmax' }),
  );
  return tf.model({ inputs: image, outputs: classes });
}

describe('networks in the page', { skip: skipWithoutChromium }, () => {
  let dataset: Dataset;
  let models: Models;
  let engine: EnginePage;

  before(async () => {
    dataset = await loadDataset({ source: 'sample', trainLimit: 10, testLimit: 20 });
    models = everyNetwork();
    engine = await openEngine(offersOf(models, dataset));
  });
  after(async () => {
    await engine.close();
    for (const model of Object.values(models)) model.dispose();
  });

  test('WebAssembly computes where graphics are imitated', async () => {
    assert.equal(await engine.ask('backend'), 'wasm');
  });

  test("every network's probabilities are the library's within 1e-3, and no memory is left behind", async () => {
    for (const [id, model] of Object.entries(models)) {
      const indices = Uint32Array.from({ length: checked }, (_, i) => 5 * i);
      const expected = await probabilities(model, dataset, { indices });
      for (const [i, index] of indices.entries()) {
        const { probabilities: found, left } = await engine.ask('look', id, sent(dataset, index));
        const furthest = Math.max(...found.map((value, c) => Math.abs(value - expected[i][c])));
        assert.ok(furthest < 1e-3, `${id}, image ${index}: ${furthest} away`);
        assert.equal(left, 0, `${id} leaves ${left} tensors`);
      }
    }
  });

  test("a unit's arithmetic gives the layer's own number, in every kind of layer", async () => {
    for (const id of Object.keys(models)) {
      const layers = await engine.ask('explain', id, sent(dataset, 7));
      assert.ok(layers.length > 5, `${id} has ${layers.length} layers`);
      for (const { name, className, kinds, units } of layers) {
        assert.ok(kinds.length > 0, `${id}: ${name}, a ${className}, is not taken apart`);
        for (const { value, explained } of units) {
          const away = Math.abs(value - explained);
          assert.ok(away < 1e-4 * Math.max(1, Math.abs(value)), `${id}, ${name}: ${explained} for ${value}`);
        }
      }
    }
  });

  test('an explanation has the window, the products and the padding that the layer saw', async () => {
    const image = sent(dataset, 2);
    const { steps } = await engine.ask('explainUnit', 'baseline', image, {
      layer: 'conv',
      channel: 1,
      y: 0,
      x: 1,
    });
    const [step] = steps;
    assert.ok(step.kind === 'weighted-sum');
    const { window, products, bias, output } = step;
    assert.deepEqual([window.y, window.x, window.height, window.width], [-2, -1, 5, 5]);
    const inside = Object.values(window.inside);
    assert.equal(inside.filter((each) => each === 1).length, 3 * 4);
    assert.ok(Math.abs(Object.values(products).reduce((sum, each) => sum + each, bias) - output) < 1e-6);
    assert.equal(window.values[(2 * 5 + 1) * 3], Math.fround(image.values[0]), 'the pixel in the corner');
  });

  test('nothing is asked of the network, and the content policy refuses nothing that is needed', () => {
    assert.deepEqual(engine.log, { errors: [], requests: [] });
  });
});
