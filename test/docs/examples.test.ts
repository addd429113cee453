/** The worked examples of docs/engine.md in a notebook. test/graph/custom-keras.test.ts compares them with Keras. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';
import { KernelClient, textOf } from '../kernel/client';
import { examples } from './examples';

describe('the worked examples, in cells of a notebook', () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start('ours', path.join(projectRoot, 'notebooks'), projectRoot);
  });
  after(() => kernel.stop());

  async function run(...lines: string[]): Promise<string> {
    const cell = lines.join('\n');
    const { reply, published } = await kernel.execute(cell);
    assert.equal(reply.status, 'ok', `${String(reply.evalue)}\n${cell}`);
    return textOf(published);
  }

  test('pass the type check and train a network; an edited cell makes another part', async () => {
    const cells = examples();
    assert.equal(cells.length, 3);
    // One cell, since each import of lib takes the type checker seconds.
    const printed = await run(
      ...cells,
      "import { evaluate, loadDataset, train } from '../lib';",
      "const dataset = await loadDataset({ source: 'sample', trainLimit: 400, testLimit: 50 });",
      'const image = tf.input({ shape: [...dataset.imageShape] });',
      // Seeded: the same loss in each run.
      'const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });',
      "const relu = { activation: 'relu', kernelInitializer } as const;",
      'const conv = tf.layers.conv2d({ filters: 16, kernelSize: 5, strides: 3, ...relu });',
      'const features = conv.apply(image);',
      'const views = [tf.layers.flatten().apply(features), new PowerMean({}).apply(features)];',
      'const joined = tf.layers.concatenate().apply(views as tf.SymbolicTensor[]);',
      "const classes = tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer }).apply(joined);",
      'const model = tf.model({ inputs: image, outputs: classes as tf.SymbolicTensor });',
      'const optimizer = { ...lion, learningRate: 1e-3 };',
      'const { epochs } = await train(model, dataset, { epochs: 8, loss: focal, optimizer });',
      'console.log(epochs[0].loss, epochs[7].loss, (await evaluate(model, dataset)).loss, focal.source);',
    );
    const [first, last, measured] = printed.split(' ').map(Number);
    assert.ok(last < 0.9 * first, `the loss falls from ${first} to ${last} only`);
    // Images that it was not trained on may do worse than in the beginning; a cross-entropy would be 2 or so, though.
    assert.ok(measured > 0 && measured < 1, `the loss on the test images is ${measured}`);

    const again = await run(cells[0], 'console.log(focal.source);');
    assert.ok(printed.endsWith(again), 'the same text is the same part');
    const edited = cells[0].replace('g.exp(g.neg(crossEntropy))', 'g.exp(g.mul(crossEntropy, -1))');
    assert.notEqual(await run(edited, 'console.log(focal.source);'), again);
  });
});
