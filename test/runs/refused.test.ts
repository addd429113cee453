/** A training that is refused: network and folder are as they were. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { adam, whitening } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { train, type TrainOptions } from '../../lib/train';
import { noiseDataset, says, smallModel, temporaryFolder } from '../train/fixtures';

const folder = temporaryFolder('refused-');
const dataset = noiseDataset();
const short: TrainOptions = { epochs: 1, batchSize: 8, onNotice: () => undefined };

/** Only an engine that has seen the network can know that there is no such layer. */
const misspelt: TrainOptions = { optimizer: adam({ layers: [{ layers: 'no such layer', rate: 2 }] }) };
const refusal = /"no such layer", which is no layer/;

function whitenable(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 8, kernelSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

/** All files of a run, and what is in them. */
function filesOf(name: string): Record<string, string> {
  const files = fs.readdirSync(path.join(folder, name), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((each) => each.isFile())
      .map((each) => path.join(each.parentPath, each.name))
      .map((file) => [file, fs.readFileSync(file, 'base64')]),
  );
}

test('the network is measured as before: by the settings that it was trained with', async () => {
  const model = smallModel();
  await train(model, dataset, { ...short, normalisation: 'channels' });
  const before = await evaluate(model, dataset);
  await assert.rejects(train(model, dataset, { ...short, ...misspelt, normalisation: null }), says(refusal));
  assert.deepEqual(await evaluate(model, dataset), before);
  model.dispose();
});

for (const [why, refused, message] of [
  ['by the engine', misspelt, refusal],
  ['before', { sampleWeights: [1, 2] }, /sampleWeights has 2 numbers/],
  ['for its name', { run: { name: 'a/b', folder } }, /"a\/b"/],
] as const) {
  test(`filters that would have whitened are as they were: refused ${why}`, async () => {
    const model = whitenable();
    const values = (): number[][] => model.weights.map((weight) => [...weight.read().dataSync()]);
    const before = values();
    const trainable = model.trainableWeights.length;
    const tensors = tf.memory().numTensors;
    await assert.rejects(
      train(model, dataset, { ...short, whitening: whitening(), ...refused }),
      says(message),
    );
    assert.deepEqual(values(), before);
    assert.equal(model.trainableWeights.length, trainable);
    assert.equal(tf.memory().numTensors, tensors);
    model.dispose();
  });
}

for (const resume of [false, 'same'] as const) {
  test(`a run that was to be replaced stays (resume: ${resume}), until the next one has begun`, async () => {
    const model = smallModel();
    const run = { name: `kept-${resume}`, folder };
    await train(model, dataset, { ...short, run });
    const before = filesOf(run.name);
    await assert.rejects(
      train(model, dataset, { ...short, ...misspelt, run: { ...run, resume } }),
      says(refusal),
    );
    assert.deepEqual(filesOf(run.name), before);
    const { epochs } = await train(model, dataset, { ...short, epochs: 2, seed: 2, run: { ...run, resume } });
    assert.equal(epochs.length, 2);
    assert.ok(
      !fs.existsSync(path.join(folder, run.name, 'checkpoints', 'last-000004')),
      'none of the old one is left',
    );
    model.dispose();
  });
}

test('a new run leaves no folder', async () => {
  const model = smallModel();
  await assert.rejects(
    train(model, dataset, { ...short, ...misspelt, run: { name: 'new', folder } }),
    says(refusal),
  );
  assert.ok(!fs.existsSync(path.join(folder, 'new')));
  model.dispose();
});
