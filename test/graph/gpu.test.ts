/** What a GPU would do with the training graphs, from the list of TensorFlow's kernels: no card is needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph, type Node } from '../../lib/graph/graph';
import { scalar } from '../../lib/graph/ops/cast';
import { placeholder } from '../../lib/graph/ops/constant';
import { add } from '../../lib/graph/ops/math';
import { argMax, inTopK } from '../../lib/graph/ops/reduce';
import { Variable } from '../../lib/graph/ops/variable';
import { signature } from '../../lib/graph/signatures';
import type { TrainingGraph } from '../../lib/graph/training-graph';
import type { TrainingGraphOptions } from '../../lib/graph/training-options';
import { networkNamed } from '../../lib/models';
import { requirements } from '../../scripts/setup/python-packages';
import { gpuKernel, gpuKernels, kernelText, missingKernels, place } from './gpu-placement';
import { inputShape, randomNetwork } from './random-network';
import { forEachTrainingGraph, trainingGraph } from './training-graphs';

test('the list of kernels is that of the TensorFlow that set-up installs with --cuda', () => {
  const [wanted] = requirements('cuda', 'linux', 'x64').filter((each) => each.startsWith('tensorflow'));
  const [, newest] = /<2\.(\d+)$/.exec(wanted) ?? [];
  assert.equal(
    gpuKernels.tensorflow.split('.').slice(0, 2).join('.'),
    `2.${Number(newest) - 1}`,
    gpuKernels.madeBy,
  );
});

test('every operation of every training graph has a kernel for a GPU, with its types', () => {
  const missing = new Map<string, string>();
  const look = (name: string, { graph }: TrainingGraph): void => {
    for (const [kernel, node] of missingKernels(graph)) missing.set(kernel, `${node} of ${name}`);
  };
  forEachTrainingGraph(look);
  // Layers that no network of the project has.
  for (let seed = 1; seed <= 60; seed++) {
    const model = randomNetwork(seed);
    const dtype = seed % 2 === 0 ? 'float32' : 'bfloat16';
    look(`the random network ${seed}`, trainingGraph(model, { imageShape: [...inputShape], dtype }));
    model.dispose();
  }
  assert.deepEqual(Object.fromEntries(missing), {});
});

test('steps in one call make two copies to the card and one back together, and nothing waits in their middle', () => {
  const found = new Map<string, string>();
  forEachTrainingGraph((name, { graph }) => {
    // Lookahead, and layers trained for some epochs only, decide on the host (docs/engine.md, "On a GPU").
    if (/^speedrun, speedrun/.test(name)) return;
    // One for each size of the images.
    for (const [train, steps] of graph.signatures) {
      if (!train.startsWith(signature.train)) continue;
      const { onCpu, toDevice, inMiddle, back } = place(graph, steps);
      for (const node of onCpu) found.set(`on the CPU: ${node.name}`, name);
      for (const { from } of inMiddle) found.set(`in the middle: ${from}`, name);
      if (toDevice.length > 2) for (const { from } of toDevice) found.set(`to the card: ${from}`, name);
      // What is copied inside the loop is copied at every step.
      for (const { from } of toDevice)
        if (from.includes('/steps/')) found.set(`at every step: ${from}`, name);
      if (back.length > 1) for (const { from } of back) found.set(`back: ${from}`, name);
    }
  });
  assert.deepEqual(Object.fromEntries(found), {});
});

test('images to measure are named by their indices: one copy to the card, one back, and nothing waits between them', () => {
  const found = new Map<string, string>();
  forEachTrainingGraph((name, { graph }) => {
    const { onCpu, toDevice, inMiddle, back } = place(graph, graph.signatures.get(signature.measure)!);
    for (const node of onCpu) found.set(`on the CPU: ${node.name}`, name);
    for (const { from } of inMiddle) found.set(`in the middle: ${from}`, name);
    if (toDevice.length > 1) for (const { from } of toDevice) found.set(`to the card: ${from}`, name);
    if (back.length > 1) for (const { from } of back) found.set(`back: ${from}`, name);
  });
  assert.deepEqual(Object.fromEntries(found), {});
});

test('on a GPU, batch normalisation is TensorFlow’s own operation, however many channels there are', () => {
  const model = networkNamed('baseline').build({ seed: 1 });
  const fused = (settings: Partial<TrainingGraphOptions>): number =>
    trainingGraph(model, settings).graph.nodes.filter(
      // The step stands in the graph twice: by itself, for `gradients`, and in the loop.
      ({ op, name }) => op === 'FusedBatchNormGradV3' && name.includes('/steps/'),
    ).length;
  const [layer] = model.layers.filter((each) => each.getClassName() === 'BatchNormalization');
  assert.equal((layer.outputShape as number[]).at(-1), 6);
  assert.equal(fused({ device: 'gpu' }), 1);
  assert.equal(fused({ device: 'gpu', dtype: 'bfloat16' }), 1);
  // On a CPU, six channels are no multiple of eight.
  assert.equal(fused({ device: 'cpu' }), 0);
  model.dispose();
});

test('images, classes and learning rates are fed as whole numbers, which tfjs-node does not move to a GPU and back first', () => {
  const model = networkNamed('lenet5').build({ seed: 1 });
  const { graph } = trainingGraph(model);
  const counts = { [signature.writeImages]: 4, [signature.measure]: 1, [signature.train]: 2 };
  for (const [name, count] of Object.entries(counts)) {
    const types = graph.signatures.get(name)!.inputs.map(({ dtype }) => dtype);
    assert.deepEqual(types, new Array(count).fill('int32'), name);
  }
  const { onCpu, inMiddle } = place(graph, graph.signatures.get(signature.writeImages)!);
  assert.ok(!onCpu.some(({ op }) => op === 'VarHandleOp'));
  assert.deepEqual(inMiddle, []);
  model.dispose();
});

test('an operation without a kernel, and one without a kernel for its type, are found', () => {
  const graph = new Graph();
  const x = placeholder(graph, 'x', 'float32', [2]);
  const variable = new Variable(graph, 'counts', 'int32', []);
  const unknown = graph.add({ op: 'NoSuchOperation', outputs: [x] });
  assert.ok(gpuKernel(add(x, x).node));
  const whole: Node[] = [unknown, variable.handle.node];
  assert.deepEqual(whole.map(gpuKernel), [undefined, undefined]);
  assert.equal(kernelText(variable.handle.node), 'VarHandleOp dtype=int32');
});

test('copies are counted as TensorFlow makes them', () => {
  const graph = new Graph();
  const scores = placeholder(graph, 'scores', 'float32', [null, 10]);
  const labels = placeholder(graph, 'labels', 'int32', [null]);
  // Whole numbers are compared and added on the host, and both operations need the labels on the card once.
  const best = add(argMax(scores), labels);
  graph.offer('f', { inputs: [scores, labels], outputs: [best, inTopK(scores, labels, 5)] });
  const { toDevice, inMiddle, back, onCpu } = place(graph, graph.signatures.get('f')!);
  assert.deepEqual(toDevice.map(({ from }) => from).sort(), ['Const_1:0', 'labels:0', 'scores:0']);
  assert.deepEqual(inMiddle, [{ from: 'ArgMax:0', to: ['AddV2'] }]);
  assert.deepEqual(
    back.map(({ from }) => from),
    ['InTopKV2:0'],
  );
  assert.deepEqual(onCpu, []);
});

test('what works on a variable without a kernel stays on the CPU with it', () => {
  const graph = new Graph();
  const variable = new Variable(graph, 'counts', 'int32', []);
  const done = variable.assign(scalar(graph, 1, 'int32'));
  graph.offer('count', { inputs: [], outputs: [variable.read([done])] });
  const { onCpu } = place(graph, graph.signatures.get('count')!);
  assert.deepEqual(onCpu.map(({ op }) => op).sort(), [
    'AssignVariableOp',
    'Const',
    'ReadVariableOp',
    'VarHandleOp',
  ]);
});
