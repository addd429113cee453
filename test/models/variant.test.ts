/** Titles say what is unusual about a model, and saved files do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginLike } from '../../lib/lessons';
import { lenet5, networks, summary, titleOf } from '../../lib/models';
import { tf } from '../../lib/runtime/tensorflow';

for (const [name, { title, build }] of Object.entries(networks)) {
  test(`${name}: its title has the width, unless that is the usual one`, () => {
    const narrow = build({ width: 0.125 });
    assert.equal(titleOf(narrow), `${title}, width 0.125`);
    assert.equal(summary(narrow).title, `${title}, width 0.125`);
    narrow.dispose();
    assert.equal(titleOf({ name }), title);
  });
}

test('it is no part of the network: config and name are the same without it', () => {
  const model = lenet5({ width: 0.5, seed: 1 });
  assert.equal(model.name, 'lenet5');
  assert.doesNotMatch(JSON.stringify([model.toJSON(), model.getUserDefinedMetadata()]), /width 0/);
  model.dispose();
});

test('a network built in the open is called what the library calls its own', () => {
  const activation = 'sigmoid';
  const layers = [
    tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 3, kernelSize: 5, activation }),
    tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
    tf.layers.conv2d({ filters: 8, kernelSize: 5, activation }),
    tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 60, activation }),
    tf.layers.dense({ units: 42, activation }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ];
  const model = tf.sequential({ name: 'lenet5', layers });
  assert.equal(titleOf(model), 'LeNet-5');
  beginLike(model, lenet5({ width: 0.5 }));
  assert.equal(titleOf(model), 'LeNet-5, width 0.5');
  model.dispose();
});
