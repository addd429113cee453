/** What `npm run save` takes: a run, a published network, a file of Keras; and what it says to anything else. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { evaluate, probabilities } from '../../lib/evaluate';
import { trainedWith } from '../../lib/evaluate/trained-with';
import { networkToSave } from '../../lib/exchange/network-to-save';
import { train } from '../../lib/train';
import { noiseDataset, smallModel, temporaryFolder } from '../train/fixtures';

const folder = temporaryFolder('save-');
const options = { validation: 'none', epochs: 2, batchSize: 8, normalisation: 'channels' } as const;

test('a run: the network that it left, with its normalisation and the names of its classes', async () => {
  const [model, dataset] = [smallModel(), noiseDataset()];
  const run = { name: 'done', folder };
  await train(model, dataset, { ...options, run });
  await evaluate(model, dataset, { run });
  const saved = await networkToSave('done', 'keras', folder);
  assert.equal(saved.name, 'done');
  assert.deepEqual(saved.classNames, dataset.classNames);
  assert.deepEqual(trainedWith(saved.model).normalisation, trainedWith(model).normalisation);
  assert.deepEqual(await probabilities(saved.model, dataset), await probabilities(model, dataset));
});

test('a run in bfloat16 leaves weights in float32', async () => {
  const [model, dataset] = [smallModel(), noiseDataset()];
  await train(model, dataset, { ...options, precision: 'mixed_bfloat16', run: { name: 'half', folder } });
  const saved = await networkToSave('half', 'keras', folder);
  assert.ok(saved.model.weights.every(({ dtype }) => dtype === 'float32'));
  const [ours, theirs] = [model, saved.model].map((each) =>
    each.getWeights().map((weight) => weight.dataSync()),
  );
  assert.deepEqual(theirs, ours);
});

test('a run that is not finished is refused', async () => {
  const stopped = new Error('stopped');
  const onEpoch = (): never => {
    throw stopped;
  };
  const run = { name: 'begun', folder };
  await assert.rejects(
    train(smallModel(), noiseDataset(), { ...options, run, callbacks: [{ onEpoch }] }),
    stopped,
  );
  await assert.rejects(
    networkToSave('begun', 'keras', folder),
    /The run "begun" is interrupted\. Only .* finished/,
  );
});

test('an unknown name, and a file that nothing says enough of', async () => {
  await assert.rejects(
    networkToSave('vgg61', 'keras', folder),
    /"vgg61" is no run, no published network \(.*vgg16.*\)/,
  );
  await assert.rejects(networkToSave('none.keras', 'keras', folder), /There is no file none\.keras/);
  const file = path.join(folder, 'foreign.keras');
  fs.writeFileSync(file, 'anything');
  await assert.rejects(
    networkToSave(file, 'onnx', folder),
    /Nothing says what the images of .*foreign\.keras go through/,
  );
  fs.writeFileSync(`${file}.json`, '{}');
  await assert.rejects(networkToSave(file, 'onnx', folder), /foreign\.keras\.json does not hold what/);
});
