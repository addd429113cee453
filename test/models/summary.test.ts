import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alexnet8, baseline, lenet5, resnet18, summary, vgg16, type ModelSummary } from '../../lib/models';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';

function summaryOf(model: tf.LayersModel, batchSize?: number): ModelSummary {
  const result = summary(model, { batchSize });
  model.dispose();
  return result;
}

test('multiply-adds: a kernel is used at each output position, a dense matrix once', () => {
  const { rows, multiplyAdds } = summaryOf(baseline());
  const byLayer = new Map(rows.map((row) => [row.layer, row.multiplyAdds]));
  assert.equal(byLayer.get('conv'), 32 * 32 * (5 * 5 * 3 * 6));
  assert.equal(byLayer.get('hidden'), 1536 * 128);
  assert.equal(byLayer.get('bn'), 0);
  assert.equal(multiplyAdds, 460_800 + 196_608 + 1_280);
});

test('multiply-adds of a strided convolution count its own, smaller output', () => {
  const { rows } = summaryOf(resnet18());
  const found = rows.find(({ layer }) => layer === 'stage2_block1_conv1');
  assert.equal(found?.multiplyAdds, 16 * 16 * (3 * 3 * 64 * 128));
});

test('multiply-adds of a transposed convolution go by its input: each value is spread over one window', () => {
  const up = tf.layers.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, inputShape: [4, 6, 2] });
  assert.equal(summaryOf(tf.sequential({ layers: [up] })).multiplyAdds, 4 * 6 * (3 * 3 * 5 * 2));
});

test('activation memory is four bytes for every output of every image; a view takes none', () => {
  const { rows, activationBytes, batchSize } = summaryOf(lenet5(), 64);
  const values = [28 * 28 * 6, 14 * 14 * 6, 10 * 10 * 16, 5 * 5 * 16, 0, 120, 84, 10];
  assert.deepEqual(
    rows.map((row) => row.activationBytes),
    values.map((count) => 4 * 64 * count),
  );
  assert.equal(activationBytes, 4 * 64 * (4_704 + 1_176 + 1_600 + 400 + 120 + 84 + 10));
  assert.equal(batchSize, 64);
  assert.equal(summaryOf(lenet5()).activationBytes, activationBytes / 64);
});

test('a batch of no images is refused', () => {
  const model = lenet5();
  for (const batchSize of [0, 1.5, NaN]) {
    assert.throws(() => summary(model, { batchSize }), UserError);
  }
  model.dispose();
});

test('receptive fields, by the recurrence by hand', () => {
  // 5×5, then a pool of 2.
  assert.equal(summaryOf(baseline()).receptiveField, 5 + 1);
  // Steps of 1, 1, 2, 2 pixels: 1 + 4 + 1 + 4·2 + 1·2.
  assert.equal(summaryOf(lenet5()).receptiveField, 16);
  // 3×3 and a pool of 3 at steps of 1, at 2, then three 3×3 and a pool at 4: 1 + 4 + 4·2 + 8·4.
  assert.equal(summaryOf(alexnet8()).receptiveField, 45);
  // Blocks of 2, 2, 3, 3, 3 convolutions and a pool: Σ (2n + 1)·2^i, the 212 that VGG16 is known for.
  assert.equal(summaryOf(vgg16({ width: 0.1 })).receptiveField, 1 + 5 + 5 * 2 + 7 * 4 + 7 * 8 + 7 * 16);
  // The stem and stage 1: 5 convolutions at step 1; then the strided one at the old step, three at the new.
  assert.equal(
    summaryOf(resnet18({ width: 0.1 })).receptiveField,
    1 + 5 * 2 + (2 + 3 * 2 * 2) + (2 * 2 + 3 * 2 * 4) + (2 * 4 + 3 * 2 * 8),
  );
});

test('a model within a model counts as its layers do', () => {
  const inner = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, strides: 2 }),
      tf.layers.conv2d({ filters: 5, kernelSize: 2 }),
    ],
  });
  const outer = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [17, 17, 3], filters: 3, kernelSize: 3, strides: 2 }),
      inner,
      tf.layers.conv2d({ filters: 1, kernelSize: 2 }),
    ],
  });
  const { rows, depth, receptiveField, parameters } = summaryOf(outer);
  const innerCosts = 3 * 3 * (9 * 3 * 4) + 2 * 2 * (4 * 4 * 5);
  assert.equal(rows[1].multiplyAdds, innerCosts);
  assert.equal(rows[1].activationBytes, 4 * (3 * 3 * 4 + 2 * 2 * 5));
  assert.equal(parameters, 9 * 3 * 3 + 3 + (9 * 3 * 4 + 4) + (4 * 4 * 5 + 5) + (4 * 5 + 1));
  // Windows of 3, 3, 2, 2 at steps of 1, 2, 4, 4.
  assert.deepEqual([depth, receptiveField], [4, 1 + 2 + 2 * 2 + 4 + 4]);
});

test('dilation spreads a window', () => {
  const model = tf.sequential({
    layers: [tf.layers.conv2d({ inputShape: [9, 9, 1], filters: 1, kernelSize: 3, dilationRate: 2 })],
  });
  assert.equal(summaryOf(model).receptiveField, 5);
});

test('a layer that is called twice counts at each of its places', () => {
  const input = tf.input({ shape: [16, 16, 2] });
  const conv = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' });
  const between = tf.layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' });
  const output = conv.apply(between.apply(conv.apply(input))) as tf.SymbolicTensor;
  const { depth, receptiveField } = summaryOf(tf.model({ inputs: input, outputs: output }));
  assert.deepEqual([depth, receptiveField], [2, 3 + 1 + 2]);
});
