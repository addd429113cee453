/** A network that a lesson builds in the open is compared with the library's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginLike } from '../../lib/lessons';
import { baseline, lenet5 } from '../../lib/models';
import { tf } from '../../lib/runtime/tensorflow';

function ownLenet({
  strides = 2,
  padding = 'valid' as 'valid' | 'same',
  reversed = false,
} = {}): tf.Sequential {
  const activation = 'sigmoid';
  const pool = { poolSize: 2, strides };
  return tf.sequential({
    name: 'lenet5',
    layers: [
      tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 6, kernelSize: 5, padding, activation }),
      tf.layers.maxPooling2d(pool),
      tf.layers.conv2d({ filters: 16, kernelSize: 5, activation: reversed ? 'relu' : activation }),
      tf.layers.maxPooling2d(pool),
      tf.layers.flatten(),
      tf.layers.dense({ units: 120, activation }),
      tf.layers.dense({ units: 84, activation }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
}

test('the same network takes the initial weights of the library', () => {
  const model = ownLenet();
  assert.match(
    beginLike(model, lenet5({ seed: 1 })),
    /^The same network as the library's: 8 layers, 62,006 parameters/,
  );
  const seeded = lenet5({ seed: 1 });
  assert.deepEqual(
    model.getWeights().map((weight) => [...weight.dataSync()]),
    seeded.getWeights().map((weight) => [...weight.dataSync()]),
  );
  // Otherwise a lesson would not find the run of the library's network, and train it anew.
  const initialisers = (of: tf.LayersModel): unknown[] =>
    of.layers.map((layer) => [layer.getConfig().kernelInitializer, layer.getConfig().biasInitializer]);
  assert.deepEqual(initialisers(model), initialisers(seeded));
  model.dispose();
  seeded.dispose();
});

test('with the names of the library too, it is described by the same config, so that runs are the same', () => {
  const library = baseline({ seed: 1, initialiser: 'he' });
  const model = tf.sequential({
    name: library.name,
    layers: library.layers.map((layer) => {
      const config = layer.getConfig();
      if ('kernelInitializer' in config) config.kernelInitializer = null;
      const Layer = layer.constructor as new (config: tf.serialization.ConfigDict) => tf.layers.Layer;
      return new Layer(config);
    }),
  });
  const described = library.toJSON(undefined, false);
  assert.notDeepEqual(model.toJSON(undefined, false), described);
  assert.match(beginLike(model, library), /^The same network/);
  assert.deepEqual(model.toJSON(undefined, false), described);
  model.dispose();
});

test('a changed network is told by its first difference, and keeps its weights', () => {
  const cases: readonly [Parameters<typeof ownLenet>[0], RegExp][] = [
    [{ padding: 'same' }, /layer 1 is Conv2D \[32, 32, 6\] here and Conv2D \[28, 28, 6\] there/],
    [{ reversed: true }, /activation of layer 3, Conv2D \[10, 10, 16\], is "relu" here and "sigmoid" there/],
  ];
  for (const [options, difference] of cases) {
    const model = ownLenet(options);
    const before = model.getWeights()[0].dataSync().slice();
    const said = beginLike(model, lenet5({ seed: 1 }));
    assert.match(said, /^Not the network of the library: /);
    assert.match(said, difference);
    assert.deepEqual(model.getWeights()[0].dataSync(), before);
    model.dispose();
  }
});

test('a scale that starts at zero is a difference: the library would set it to one', () => {
  const normalised = (gammaInitializer: 'zeros' | 'ones'): tf.Sequential =>
    tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [4, 4, 1], gammaInitializer })] });
  const model = normalised('zeros');
  assert.match(
    beginLike(model, normalised('ones')),
    /^Not the .*: gammaInitializer of layer 1, BatchNormalization \[4, 4, 1\], is .*Zeros/,
  );
  assert.equal(model.getWeights()[0].dataSync()[0], 0);
  model.dispose();
});

test('layers that are connected in another way are told by their answers', () => {
  const crossed = (swap: boolean): tf.LayersModel => {
    const input = tf.input({ shape: [4, 4, 1] });
    const flat = tf.layers.flatten().apply(input);
    const dense = (x: unknown): tf.SymbolicTensor =>
      tf.layers
        .dense({ units: 16, useBias: false, activation: 'tanh' })
        .apply(x as tf.SymbolicTensor) as tf.SymbolicTensor;
    const first = dense(flat);
    const second = dense(first);
    const sum = tf.layers.add().apply(swap ? [first, second] : [second, flat as tf.SymbolicTensor]);
    return tf.model({ inputs: input, outputs: sum as tf.SymbolicTensor });
  };
  const model = crossed(true);
  assert.match(
    beginLike(model, crossed(false)),
    /^Not the .* connected in another way, and probabilities differ by up to \d/,
  );
  model.dispose();
});
