/** One key for each weight, on every way out and in again, whatever the names of nested layers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { importKerasWeights, loadModel, loadWeightsText, saveModel, saveWeightsText } from '../../lib/models';
import { keyed } from '../../lib/models/weights/keys';
import { venvDir } from '../../lib/runtime/paths';
import { tf } from '../../lib/runtime/tensorflow';
import { nestedModel, smallModel, temporaryFolder } from '../train/fixtures';
import { withoutKeras } from './keras';

const folder = temporaryFolder('weight-keys-');

const keysOf = (model: tf.LayersModel): string[] => keyed(model).map(({ key }) => key);

const valuesOf = (model: tf.LayersModel, weights = model.weights): Record<string, number[]> =>
  Object.fromEntries(keyed(model, weights).map(({ key, weight }) => [key, [...weight.read().dataSync()]]));

/** The weights of each of the blocks that are models of their own. */
const inBlock = ['inner/kernel', 'inner/bias', 'bn/gamma', 'bn/beta', 'bn/moving_mean', 'bn/moving_variance'];

test('where names are unique they are the keys; where nested models repeat them, the models come in front', () => {
  const small = smallModel();
  assert.deepEqual(
    keysOf(small),
    small.weights.map(({ originalName }) => originalName),
  );
  assert.deepEqual(
    keysOf(nestedModel()).sort(),
    [
      'inner/kernel',
      'inner/bias',
      ...['a', 'b'].flatMap((block) => inBlock.map((name) => `${block}/${name}`)),
      'classes/kernel',
      'classes/bias',
    ].sort(),
  );
});

test('a frozen nested model keeps its keys', () => {
  const model = nestedModel();
  const before = new Map(keyed(model).map(({ key, weight }) => [weight.id, key]));
  model.getLayer('b').trainable = false;
  assert.deepEqual(new Map(keyed(model).map(({ key, weight }) => [weight.id, key])), before);
});

test('names made to clash get keys of their own, and a layer shared by two nested models gets one', () => {
  const inner = (name: string, layer: tf.layers.Layer): tf.LayersModel => {
    const input = tf.input({ shape: [2] });
    return tf.model({ name, inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  };
  const dense = (name: string): tf.layers.Layer => tf.layers.dense({ name, units: 2, useBias: false });
  const shared = dense('shared');
  // Their paths, and the second's number, are names that other layers have.
  const parts = [
    inner('a', dense('b')),
    dense('a/b'),
    inner('c', inner('a', dense('b'))),
    inner('d', dense('a/b')),
    inner('e', shared),
    inner('f', shared),
  ];
  const input = tf.input({ shape: [2] });
  let output: unknown = input;
  for (const part of parts) output = part.apply(output as tf.SymbolicTensor);
  const model = tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
  assert.equal(model.weights.length, 6, 'tfjs lists the shared kernel twice');
  const keys = keysOf(model);
  assert.equal(new Set(keys).size, 5, keys.join());
  assert.ok(keys.includes('shared/kernel'));
});

test('weights.txt and a saved folder give each weight back to its own layer', async () => {
  const model = nestedModel(1);
  await saveWeightsText(model, path.join(folder, 'weights.txt'));
  const other = nestedModel(2);
  await loadWeightsText(other, path.join(folder, 'weights.txt'));
  assert.deepEqual(valuesOf(other, other.trainableWeights), valuesOf(model, model.trainableWeights));

  const tensors = tf.memory().numTensors;
  await saveModel(model, path.join(folder, 'saved'));
  const loaded = await loadModel(path.join(folder, 'saved'));
  assert.deepEqual(valuesOf(loaded), valuesOf(model));
  assert.equal(tf.memory().numTensors - tensors, loaded.weights.length);
});

test('a folder as tfjs itself writes it is loaded', async () => {
  const model = smallModel();
  await model.save(`file://${folder}/stock`);
  assert.deepEqual(valuesOf(await loadModel(path.join(folder, 'stock'))), valuesOf(model));
});

test('a Keras model with nested models of the same names', { skip: withoutKeras }, async () => {
  const program = `
import sys, numpy as np, keras
from keras import layers
def block(name):
    x = keras.Input((6,))
    y = layers.Dropout(0.3)(layers.BatchNormalization(name="bn")(layers.Dense(6, name="inner")(x)))
    return keras.Model(x, y, name=name)
x = keras.Input((8, 8, 3))
a, b = block("a"), block("b")
y = layers.Dense(6, name="inner")(layers.Flatten()(x))
model = keras.Model(x, layers.Dense(3, name="classes")(a(b(a(y)))))
number = 0
def fill(layer):
    global number
    for weight in layer.weights:
        number += 1
        weight.assign(np.full(weight.shape, number, np.float32))
for layer in (model.get_layer("inner"), *a.layers, *b.layers, model.get_layer("classes")): fill(layer)
model.save(sys.argv[1])
`;
  const file = path.join(folder, 'nested.keras');
  await promisify(execFile)(path.join(venvDir, 'bin', 'python'), ['-c', program, file]);
  const model = nestedModel();
  await importKerasWeights(model, file);
  const inOrder = [
    'inner/kernel',
    'inner/bias',
    ...['a', 'b'].flatMap((block) => inBlock.map((name) => `${block}/${name}`)),
    'classes/kernel',
    'classes/bias',
  ];
  const values = valuesOf(model);
  inOrder.forEach((key, i) => {
    assert.ok(
      values[key].every((value) => value === i + 1),
      `${key} is ${values[key][0]}, not ${i + 1}`,
    );
  });
});
