import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networks } from '../../lib/models';
import { structure, type Sequence } from '../../lib/models/structure';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';

/** Every layer of a sequence by name, with how often its step stands there. */
function outline(sequence: Sequence): unknown[] {
  return sequence.map((step) =>
    step.kind === 'unit'
      ? [step.times, step.layers.map(({ name }) => name).join(' ')]
      : [step.times, step.branches.map(outline), outline([step.merge])],
  );
}

/** How many layers a sequence stands for, repeats counted. */
function layers(sequence: Sequence): number {
  return sequence.reduce((sum, step) => {
    const own =
      step.kind === 'unit'
        ? step.layers.length
        : step.branches.reduce((all, branch) => all + layers(branch), step.merge.layers.length);
    return sum + step.times * own;
  }, 0);
}

test('every layer of every network has its place, those that repeat included', () => {
  for (const { title, build } of Object.values(networks)) {
    const model = build();
    const count = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer').length;
    assert.equal(layers(structure(model)), count, title);
  }
});

test('normalisation, activation and dropout finish the layer before them', () => {
  assert.deepEqual(outline(structure(networks.baseline.build())), [
    [1, 'conv bn relu'],
    [1, 'pool drop_conv'],
    [1, 'flatten'],
    [1, 'hidden drop_hidden'],
    [1, 'classes'],
  ]);
});

test('alike neighbours are counted: three convolutions of VGG16, two blocks of ResNet18', () => {
  const vgg = structure(networks.vgg16.build());
  assert.deepEqual(
    vgg.map(({ times }) => times),
    [2, 1, 2, 1, 3, 1, 3, 1, 3, 1, 1, 2, 1],
  );
  const [stem, blocks, projection] = structure(networks.resnet18.build());
  assert.equal(stem.kind, 'unit');
  assert.ok(blocks.kind === 'fork' && projection.kind === 'fork');
  assert.deepEqual([blocks.times, blocks.branches.map(({ length }) => length)], [2, [2, 0]]);
  assert.deepEqual([projection.times, projection.branches.map(({ length }) => length)], [1, [2, 1]]);
});

test('four ways through a block of Inception10, in the order they are laid side by side', () => {
  const [, block] = structure(networks.inception10.build());
  assert.ok(block.kind === 'fork');
  assert.deepEqual(
    block.branches.map((branch) => branch.map((step) => step.kind === 'unit' && step.layers[0].name)),
    [
      ['block1_1x1_conv'],
      ['block1_3x3_reduce_conv', 'block1_3x3_conv'],
      ['block1_5x5_reduce_conv', 'block1_5x5_conv'],
      ['block1_pool', 'block1_pool_proj_conv'],
    ],
  );
  assert.equal(block.merge.layers[0].name, 'block1_concat');
});

test('branches that meet before they are merged are refused by name', () => {
  const input = tf.input({ shape: [4] });
  const dense = (name: string, x: tf.SymbolicTensor): tf.SymbolicTensor =>
    tf.layers.dense({ name, units: 4 }).apply(x) as tf.SymbolicTensor;
  const add = (name: string, ...xs: tf.SymbolicTensor[]): tf.SymbolicTensor =>
    tf.layers.add({ name }).apply(xs) as tf.SymbolicTensor;
  const [a, b] = [dense('a', input), dense('b', input)];
  const crossed = add('crossed', a, b);
  const outputs = add('end', add('left', a, crossed), add('right', b, crossed));
  assert.throws(
    () => structure(tf.model({ inputs: input, outputs })),
    (error) => error instanceof UserError && /meet in "(left|right|crossed)" before/.test(error.message),
  );
});
