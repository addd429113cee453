/** What `npm run profile` makes of a trace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  kinds,
  multiplyAddsOfAStep,
  ratesOf,
  secondsByKind,
  type Kind,
  type TracedNode,
} from '../../lib/bench/profile';
import { tf } from '../../lib/runtime/tensorflow';
import { trainingGraph } from '../graph/training-graphs';

function smallModel(): tf.LayersModel {
  const input = tf.input({ shape: [4, 4, 3] });
  const conv = (name: string): tf.layers.Layer =>
    tf.layers.conv2d({ name, filters: 2, kernelSize: 3, padding: 'same' });
  const branches = ['left', 'right'].map((name) => conv(name).apply(input) as tf.SymbolicTensor);
  const merged = tf.layers.add({ name: 'sum' }).apply(branches);
  const normal = tf.layers.batchNormalization({ name: 'normal' }).apply(merged);
  const active = tf.layers.activation({ name: 'relu', activation: 'relu' }).apply(normal);
  const pooled = tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }).apply(active);
  const dropped = tf.layers.dropout({ name: 'drop', rate: 0.5, seed: 1 }).apply(pooled);
  const flat = tf.layers.flatten({ name: 'flat' }).apply(dropped);
  const classes = tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }).apply(flat);
  return tf.model({ inputs: input, outputs: classes as tf.SymbolicTensor });
}

const profileOf = (nodes: readonly TracedNode[]) => ({
  tensorflow: '2',
  secondsPerStep: 0.5,
  matrixRate: 1,
  nodes,
});

test('time is told by operation, then by layer, then by part of the graph', () => {
  const model = smallModel();
  const kindOf = (name: string, operation: string): Kind | undefined => {
    const seconds = secondsByKind(profileOf([{ name, operation, seconds: 2 }]), model);
    assert.deepEqual([...seconds.keys()], [...kinds]);
    return kinds.find((kind) => seconds.get(kind) === 2);
  };
  const expected: readonly (readonly [Kind, string, string])[] = [
    ['convolutions', 'train/left/Conv2D', '_MklNativeFusedConv2D'],
    ['gradients of filters', 'gradients/train/left/Conv2D/f', '_MklNativeConv2DBackpropFilter'],
    ['gradients of inputs', 'gradients/train/left/Conv2D/i', 'Conv2DBackpropInput'],
    ['gradients of filters', 'x', 'DepthwiseConv2dNativeBackpropFilter'],
    ['convolutions', 'x', 'DepthwiseConv2dNative'],
    ['matrix products', 'train/classes/MatMul', '_MklNativeFusedMatMul'],
    ['batch normalisation', 'train/normal/mul', 'Mul'],
    ['batch normalisation', 'x', 'FusedBatchNormGradV3'],
    ['activations', 'train/pool/Relu', 'Relu'],
    ['activations', 'train/classes/Tanh', '_MklTanh'],
    ['activations', 'train/relu/mul', 'Mul'],
    ['pooling', 'train/pool/Reshape', 'Reshape'],
    ['pooling', 'train/flat/x', 'MaxPoolGrad'],
    ['dropout', 'train/drop/Mul', 'Mul'],
    ['merges', 'train/sum/AddV2', 'AddV2'],
    ['images', 'train/input/Mul', 'Mul'],
    ['loss', 'train/loss/Mean', 'Mean'],
    ['optimizer', 'update/adam', 'ResourceApplyAdam'],
    ['optimizer', 'read_trained/SplitV', 'SplitV'],
    ['the rest', 'train/left_and_1_more/Transpose', 'Transpose'],
    ['the rest', 'train/flat/Reshape', 'Reshape'],
  ];
  for (const [kind, name, operation] of expected) assert.equal(kindOf(name, operation), kind, name);
  model.dispose();
});

test('of a training graph as it is, every layer finds its kind, and all nodes are counted', () => {
  const model = smallModel();
  const { graph } = trainingGraph(model, { imageShape: [4, 4, 3], device: 'cpu' });
  const nodes = graph.nodes
    .filter(({ name }) => name.includes('/steps/'))
    .map(({ name, op }) => ({ name, operation: op, seconds: 1 }));
  const seconds = secondsByKind(profileOf(nodes), model);
  assert.equal(
    [...seconds.values()].reduce((a, b) => a + b),
    nodes.length,
  );
  for (const kind of kinds) {
    // The images of this recipe are the input of the first layer, and its gradient is not needed.
    if (kind !== 'gradients of inputs') assert.ok(seconds.get(kind)! > 0, kind);
  }
  model.dispose();
});

test('a step has three times the multiply-adds of a prediction, less the gradient of the images', () => {
  const model = smallModel();
  // Each convolution: 16 places, 2 filters of 27 weights. The classifier: 8 values, 3 classes.
  const [conv, dense] = [16 * 2 * 27, 8 * 3];
  assert.equal(multiplyAddsOfAStep(model), 3 * (2 * conv + dense) - conv);
  const nodes = [
    { name: 'a', operation: 'Conv2D', seconds: 0.1 },
    { name: 'b', operation: 'MatMul', seconds: 0.15 },
    { name: 'c', operation: 'Relu', seconds: 7 },
  ];
  const { products, step } = ratesOf(profileOf(nodes), model, 10);
  const operations = 2 * 10 * multiplyAddsOfAStep(model);
  assert.ok(Math.abs(products / (operations / 0.25) - 1) < 1e-12);
  assert.equal(step, operations / 0.5);
  model.dispose();
});
