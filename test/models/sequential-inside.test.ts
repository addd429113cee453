/** A functional model with a sequential one inside, as transfer learning builds them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary } from '../../lib/models';
import { structure } from '../../lib/models/structure';
import { tf } from '../../lib/runtime/tensorflow';
import { diagramOutput } from '../../lib/show/diagram';
import { train } from '../../lib/train';
import { noiseDataset, temporaryFolder } from '../train/fixtures';

function model(): tf.LayersModel {
  const base = tf.sequential({
    name: 'base',
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        name: 'conv',
      }),
    ],
  });
  const image = tf.input({ shape: [8, 8, 3] });
  const flat = tf.layers.flatten({ name: 'flatten' }).apply(base.apply(image));
  const output = tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }).apply(flat);
  return tf.model({ name: 'outer', inputs: image, outputs: output as tf.SymbolicTensor });
}

test('its summary counts what is inside', () => {
  const { rows, parameters, multiplyAdds } = summary(model());
  const base = rows.find(({ layer }) => layer === 'base');
  const inside = 6 * 6 * (9 * 3 * 4);
  assert.deepEqual([base?.outputShape, base?.multiplyAdds], [[6, 6, 4], inside]);
  assert.deepEqual([parameters, multiplyAdds], [9 * 3 * 4 + 4 + (144 * 3 + 3), inside + 144 * 3]);
});

test('its diagram has a box for it, with its shape', () => {
  assert.equal(structure(model()).length, 3);
  const text = diagramOutput(model())['text/plain'];
  assert.match(text, /base.*6×6×4/s);
});

test('it trains, with a run as well as without', async () => {
  const folder = temporaryFolder('sequential-inside-');
  const network = model();
  const options = { epochs: 1, run: { name: 'nested', folder }, onNotice: () => undefined };
  const { epochs } = await train(network, noiseDataset(), options);
  assert.equal(epochs.length, 1);
  const trained = network.getWeights().map((weight) => [...weight.dataSync()]);
  const again = model();
  await train(again, noiseDataset(), options);
  assert.deepEqual(
    again.getWeights().map((weight) => [...weight.dataSync()]),
    trained,
    'the finished run is loaded',
  );
  network.dispose();
  again.dispose();
});
