/** Models and datasets that do not fit each other are refused in a sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, train } from '../../lib/train';
import { compile, examples } from '../graph/fixtures';
import { noiseDataset, smallModel } from '../train/fixtures';

const refusal =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UserError && message.test(error.message);

test('a model with two inputs, of which the dataset has one', async () => {
  const inputs = [
    tf.input({ shape: [8, 8, 3], name: 'left' }),
    tf.input({ shape: [8, 8, 3], name: 'right' }),
  ];
  const flat = tf.layers.flatten().apply(tf.layers.add().apply(inputs));
  const output = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  const model = tf.model({ name: 'pair', inputs, outputs: output });
  const twoInputs = refusal(
    /^"pair" has the inputs "left" \[8, 8, 3\], "right" \[8, 8, 3\], and beside the images the dataset has none\. /,
  );
  for (const engine of [graphEngine, tfjsEngine]) {
    await assert.rejects(train(model, noiseDataset(), { engine }), twoInputs);
  }
  await assert.rejects(evaluate(model, noiseDataset()), twoInputs);
  await assert.rejects(compile(model, examples(4)), twoInputs);
  model.dispose();
});

test('more classes than a byte tells apart', async () => {
  const dataset = noiseDataset({ classes: 300 });
  const model = smallModel({ classes: 300 });
  const tooMany = refusal(/^noise has 300 classes; expected at most 256/);
  await assert.rejects(train(model, dataset), tooMany);
  await assert.rejects(evaluate(model, dataset), tooMany);
  model.dispose();
});
