/** The code in docs/engine.md, run as it stands there. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import * as vm from 'node:vm';
import ts from 'typescript';
import { projectRoot } from '../../lib/runtime/paths';
import { tf } from '../../lib/runtime/tensorflow';
import { compile, examples, imageShape, indices } from '../graph/fixtures';

/** The TypeScript block of docs/engine.md that mentions `name`, as JavaScript. */
function exampleOf(name: string): string {
  const page = fs.readFileSync(path.join(projectRoot, 'docs', 'engine.md'), 'utf8');
  const block = [...page.matchAll(/```ts\n([^]*?)```/g)]
    .map(([, code]) => code)
    .find((code) => code.includes(name));
  assert.ok(block, `docs/engine.md has no example with ${name}`);
  return ts.transpile(block, { target: ts.ScriptTarget.ES2022 });
}

test('the squeeze-and-excitation block trains', async () => {
  const code = `(tf) => { ${exampleOf('squeezeAndExcite')}; return squeezeAndExcite; }`;
  const define = vm.runInThisContext(code) as (
    library: typeof tf,
  ) => (x: tf.SymbolicTensor) => tf.SymbolicTensor;
  const block = define(tf);
  const image = tf.input({ shape: [...imageShape] });
  const conv = tf.layers.conv2d({ filters: 8, kernelSize: 3 }).apply(image) as tf.SymbolicTensor;
  const mean = tf.layers.globalAveragePooling2d({}).apply(block(conv));
  const classes = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(mean) as tf.SymbolicTensor;
  const model = tf.model({ inputs: image, outputs: classes });
  // With weights drawn anew in each run, now and then no ReLU of the narrow layer would answer.
  model.setWeights(model.getWeights().map(({ shape }, i) => tf.randomNormal(shape, 0.1, 0.3, 'float32', i)));
  const trainer = await compile(model, examples(16));
  const { gradients } = trainer.gradients(indices(0, 16), 0);
  assert.equal(gradients.size, 8, 'each of four layers has a kernel and a bias');
  for (const [name, { values }] of gradients)
    assert.ok(
      values.some((value) => value !== 0),
      name,
    );
  const losses = Array.from({ length: 30 }, (_, step) => {
    trainer.step(indices(0, 16), step, 0.01);
    return trainer.totals().loss;
  });
  assert.ok(losses[29] < losses[0], `from ${losses[0]} to ${losses[29]}`);
  trainer.dispose();
  model.dispose();
});
