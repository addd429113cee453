/** Several steps in one run of the graph are the steps one by one; what is left out of a step was not needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ancestors } from '../../lib/graph/ancestors';
import { Graph, type Node } from '../../lib/graph/graph';
import { repeat } from '../../lib/graph/ops/loop';
import { placeholder } from '../../lib/graph/ops/constant';
import { add } from '../../lib/graph/ops/math';
import { cast, scalar } from '../../lib/graph/ops/cast';
import { Variable } from '../../lib/graph/ops/variable';
import { Session } from '../../lib/graph/session';
import { signature } from '../../lib/graph/signatures';
import { adam, sgd } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { compile, examples, imageShape, indices, smallModel, weightsOf } from './fixtures';
import { trainingGraph } from './training-graphs';

const augmentation = { crop: 2, flip: true, cutout: 3 };

test('four steps in one call are four calls, to the bit: weights, slots and totals', async () => {
  const data = examples(24);
  const rates = [0.01, 0.02, 0.005, 0.03];
  const results = [];
  for (const together of [true, false]) {
    const model = smallModel({ dropout: 0.4 });
    const trainer = await compile(model, data, { optimizer: adam({ weightDecay: 0.01 }), augmentation });
    if (together) trainer.steps(indices(0, 24), 7, rates);
    else
      rates.forEach((rate, i) => {
        trainer.step(indices(6 * i, 6), 7 + i, rate);
      });
    const totals = trainer.totals();
    trainer.writeModel();
    const slots = [...trainer.slots()].map(([name, { values }]) => [name, [...values]]);
    results.push({ totals, weights: weightsOf(model), slots });
    trainer.dispose();
    model.dispose();
  }
  assert.equal(results[0].totals.images, 24);
  assert.deepEqual(results[0], results[1]);
});

test('a loss that fails within a call stops it at that step: the steps before count, those after change nothing', async () => {
  const data = examples(12);
  const model = smallModel();
  const trainer = await compile(model, data, { optimizer: sgd() });
  // The second step's rate breaks the weights, so the third one's loss is no number.
  trainer.steps(indices(0, 12), 0, [0.01, 3e38, 0.01, 0.01]);
  const totals = trainer.totals();
  assert.equal(totals.failedStep, 2);
  assert.equal(totals.images, 6);
  trainer.writeModel();
  const stopped = weightsOf(model);
  trainer.dispose();
  model.dispose();

  const again = smallModel();
  const alone = await compile(again, data, { optimizer: sgd() });
  alone.steps(indices(0, 6), 0, [0.01, 3e38]);
  assert.equal(alone.totals().failedStep, null);
  alone.writeModel();
  assert.deepEqual(stopped, weightsOf(again));
  alone.dispose();
  again.dispose();
});

test('a loop runs its rounds in order, each after the one before, and no round for a count of 0', async () => {
  const graph = new Graph();
  const count = placeholder(graph, 'count', 'int32', []);
  const held = new Variable(graph, 'held', 'float32', []);
  const start = held.assign(scalar(graph, 1));
  graph.offer('start', { inputs: [], outputs: [held.read([start])] });
  const done = repeat(count, 'rounds', ({ index, enter }) => {
    // held ← 2 · held + index: another order, or a stale value, gives another number.
    const attrs = { dtype: { type: 'float32' } } as const;
    const handle = enter(held.handle);
    const value = graph.add({ op: 'ReadVariableOp', inputs: [handle], attrs, outputs: [held] }).output;
    const next = add(add(value, value), cast(index, 'float32'));
    return [graph.add({ op: 'AssignVariableOp', inputs: [handle, next], attrs })];
  });
  graph.offer('run', { inputs: [count], outputs: [held.read([done])] });
  const session = await Session.load(graph);
  for (const rounds of [0, 1, 2, 9]) {
    session.execute('start');
    const [value] = session.run('run', [tf.scalar(rounds, 'int32')]);
    let expected = 1;
    for (let i = 0; i < rounds; i++) expected = 2 * expected + i;
    assert.equal(value.dataSync()[0], expected, `${rounds} rounds`);
  }
  session.dispose();
});

test('dropout drops its share, also where an image has an odd number of values, and scales the rest up', async () => {
  for (const [rate, shape] of [
    [0.2, [3, 3, 5]],
    [0.5, [4, 4, 2]],
  ] as const) {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: shape[2],
          kernelSize: 1,
          inputShape: [...imageShape],
          useBias: false,
          name: 'c',
        }),
        tf.layers.averagePooling2d({ poolSize: 2, strides: 2 }),
        tf.layers.dropout({ rate }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, name: 'd', activation: 'softmax' }),
      ],
    });
    // With one image, the gradient of the last kernel is zero where a value was dropped.
    const trainer = await compile(model, examples(1), { optimizer: sgd() });
    let dropped = 0;
    let all = 0;
    for (let step = 0; step < 40; step++) {
      const { values } = trainer.gradients(indices(0, 1), step).gradients.get('d/kernel')!;
      for (let i = 0; i < values.length; i += 3) {
        all++;
        if (values[i] === 0) dropped++;
      }
    }
    // Four standard deviations.
    const margin = 4 * Math.sqrt((rate * (1 - rate)) / all);
    assert.ok(Math.abs(dropped / all - rate) < margin, `${dropped} of ${all} at a rate of ${rate}`);
    trainer.dispose();
    model.dispose();
  }
});

/** The nodes that a run of the training signature depends on. */
function trained(model: tf.LayersModel): readonly Node[] {
  const { graph } = trainingGraph(model, { imageShape: [...imageShape], device: 'cpu' });
  return [...ancestors(graph.signatures.get(signature.train)!.outputs.map(({ node }) => node))];
}

test('a step leaves out what it does not need: a bias before batch normalisation, the model’s softmax, activations before a pooling', () => {
  const input = tf.input({ shape: [...imageShape] });
  const conv = tf.layers.conv2d({ filters: 4, kernelSize: 3 }).apply(input);
  const normal = tf.layers.batchNormalization().apply(conv);
  const active = tf.layers.activation({ activation: 'relu' }).apply(normal);
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(active);
  const flat = tf.layers.flatten().apply(pooled);
  const output = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const nodes = trained(model);
  const count = (op: string): number => nodes.filter((node) => node.op === op).length;
  assert.equal(count('BiasAdd'), 1, 'that of the dense layer');
  assert.equal(count('Softmax'), 0);
  const [relu] = nodes.filter(({ op }) => op === 'Relu');
  assert.equal(relu.inputs[0].node.op, 'MaxPool');
  model.dispose();
});
