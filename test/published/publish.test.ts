/** From a run's folder to a record, to a network in one line, to the same training again. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { before, describe, test } from 'node:test';
import type { Dataset } from '../../lib/data/types';
import { evaluate } from '../../lib/evaluate';
import { pretrained, publishedFacts, publishedRecords, publishedResults } from '../../lib/published';
import { plannedNetwork, trainAsPlanned } from '../../lib/published/again';
import { recordOf } from '../../lib/published/from-run';
import { publishRun, type PublishOptions } from '../../lib/published/publish';
import { predictionsOf } from '../../lib/published/record';
import { comparison, reproduce, reproducingRun, targetOf } from '../../lib/published/reproduce';
import type { RunRecord } from '../../lib/runs';
import { tf } from '../../lib/runtime/tensorflow';
import { train } from '../../lib/train';
import { says, temporaryFolder } from '../train/fixtures';
import { fewPictures, silent, trainLenet } from './fixtures';

const runs = temporaryFolder('published-runs-');
const folder = temporaryFolder('published-');
// What is tested here is no commit.
const publish = (name: string, more: PublishOptions = {}): ReturnType<typeof publishRun> =>
  publishRun(name, dataset, { allowDirty: true, folder, runs, onNotice: silent, ...more });

let dataset: Dataset;
let modern: RunRecord;
before(async () => {
  dataset = await fewPictures();
  await trainLenet(dataset, runs, { seed: 1 });
  await trainLenet(dataset, runs, { seed: 2 });
  modern = await trainLenet(dataset, runs, { name: 'modern' });
});

test('a run becomes a record that has all it takes to check it and to train it again', async () => {
  const record = await publish(modern.name, { weights: true });
  assert.equal(record.name, 'lenet5-modern-seed1');
  assert.deepEqual(publishedRecords(folder), [JSON.parse(JSON.stringify(record))]);
  assert.deepEqual(record.recipe, modern.recipe);
  assert.deepEqual(record.sessions, modern.sessions);
  assert.deepEqual({ ...record.history, recipe: record.recipe }, modern.history);
  const { digest, trainImages, testImages } = record.dataset;
  assert.deepEqual([digest, trainImages, testImages], [dataset.source.digest, 200, 50]);
  assert.deepEqual([...predictionsOf(record.test)], [...modern.evaluation!.predictions]);
  assert.equal(record.test.accuracy, modern.evaluation!.accuracy);
  // Kernels of 61,770 numbers in 16 bits, 236 biases in 32.
  const [bytes] = Object.entries(record.weights!.files).flatMap(([name, file]) =>
    name.endsWith('.bin') ? [file.bytes] : [],
  );
  assert.equal(bytes, 2 * 61_770 + 4 * 236);
});

test('a recipe that builds its network in a way of its own is known by both', async () => {
  const best = await trainLenet(dataset, temporaryFolder('published-best-'), { name: 'best' });
  const record = recordOf(best, dataset, { allowDirty: true });
  assert.deepEqual([record.recipeName, record.networkOptions], ['best', { activation: 'relu' }]);
  // As if it had been trained with its sigmoids.
  assert.throws(
    () => recordOf({ ...best, architecture: modern.architecture }, dataset, { allowDirty: true }),
    says(/network: what networks\.lenet5\.build\(\{"activation":"relu"\}\) makes there, other layers here/),
  );
});

test('a result for several views is kept, and measured again with the weights as they are stored', async () => {
  const file = path.join(modern.folder, 'test.json');
  const before = fs.readFileSync(file);
  const model = plannedNetwork({ ...modern, networkOptions: {} }, dataset);
  const run = { name: modern.name, folder: runs };
  await trainAsPlanned(model, dataset, { ...modern, networkOptions: {} }, run, { onNotice: silent });
  const { views } = await evaluate(model, dataset, { run, views: 'mirror' });
  model.dispose();
  const elsewhere = temporaryFolder('published-views-');
  const record = await publish(modern.name, { weights: true, folder: elsewhere });
  fs.writeFileSync(file, before);
  assert.deepEqual([...predictionsOf(record.test.views!)], [...views!.predictions]);
  assert.deepEqual([record.test.views!.name, record.test.views!.accuracy], ['mirror', views!.accuracy]);
  assert.equal(record.weights!.test.views!.name, 'mirror');
  assert.equal(record.weights!.test.views!.predictions.length, 50);
});

test('one line loads the network; measured by the recorded normalisation it gives the recorded answers', async () => {
  const said: string[] = [];
  const model = await pretrained('lenet5', { folder, onNotice: (message) => said.push(message) });
  const { weights, test: trained } = publishedRecords(folder)[0];
  const { accuracy, predictions } = await evaluate(model, dataset);
  assert.equal(accuracy, weights!.test.accuracy);
  assert.deepEqual([...predictions], [...predictionsOf(weights!.test)]);
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  assert.deepEqual(said, [
    'LeNet-5, trained on built-in sample (200 images, recipe "modern", seed 1): ' +
      `${percent(trained.accuracy)} of the 50 test images are right, ${percent(accuracy)} with its weights as stored, in 16 bits.`,
  ]);
  const facts = publishedFacts(model)!;
  assert.deepEqual([facts.name, facts.description], ['lenet5-modern-seed1', said[0]]);
  const tuned = await pretrained('lenet5', { folder, onNotice: silent });
  await train(tuned, dataset, {
    ...{ epochs: 1, validation: 'none' },
    normalisation: 'channels',
    onNotice: silent,
  });
  assert.equal(publishedFacts(tuned), undefined, 'trained on, it is another network');
  tuned.dispose();
  // Without the normalisation, another input reaches the network, and other answers come out.
  model.setUserDefinedMetadata({});
  const wrong = await evaluate(model, dataset);
  assert.notDeepEqual([...wrong.predictions], [...predictions]);
  model.dispose();
});

test('any tfjs loads the files: its own loader gives the same probabilities', async () => {
  const model = await pretrained('lenet5', { folder, onNotice: silent });
  const own = await tf.loadLayersModel(`file://${path.join(folder, 'lenet5', 'model.json')}`);
  const images = tf.randomUniform([4, 32, 32, 3], 0, 1, 'float32', 1);
  const [ours, theirs] = [model, own].map((each) => [...(each.predict(images) as tf.Tensor).dataSync()]);
  assert.deepEqual(ours, theirs);
  tf.dispose(images);
  model.dispose();
  own.dispose();
});

test('8 bits take half the space, and are measured as they are stored', async () => {
  const other = temporaryFolder('published-8-');
  const { weights } = await publish(modern.name, { weights: true, kernels: 'uint8', folder: other });
  assert.equal(weights!.kernels, 'uint8');
  const sizes = Object.entries(weights!.files).filter(([name]) => name.endsWith('.bin'));
  assert.equal(sizes[0][1].bytes, 61_770 + 4 * 236);
  const model = await pretrained('lenet5', { folder: other, onNotice: silent });
  const { loss, predictions } = await evaluate(model, dataset);
  assert.ok(Math.abs(loss - weights!.test.loss) < 1e-6);
  assert.deepEqual([...predictions], [...predictionsOf(weights!.test)]);
  model.dispose();
});

describe('what is not published, each with its reason', () => {
  const session = (commit: string | null): RunRecord['sessions'] => [
    { ...modern.sessions[0], versions: { ...modern.sessions[0].versions, commit } },
  ];
  const cases: readonly [string, () => Partial<RunRecord>, RegExp][] = [
    ['an unfinished run', () => ({ status: 'interrupted' }), /It is interrupted after 30 of 30 epochs/],
    ['a failed run', () => ({ status: 'failed', failure: 'No luck.' }), /It is failed .* No luck\./],
    ['one that was not measured', () => ({ evaluation: undefined }), /has not been measured on the test set/],
    [
      'a test result that is not of these images',
      () => ({ evaluation: { ...modern.evaluation!, predictions: new Int32Array(50).fill(11) } }),
      /they get 0 right/,
    ],
    [
      'a part of the images',
      () => ({ dataset: { ...modern.dataset, digest: 'other', trainImages: 100 } }),
      /trained on built-in sample \(100 and 50 images\), which are not the 200 and 50 images/,
    ],
    [
      'a run that was extended against its schedule',
      () => ({ history: { ...modern.history!, extensions: [{ from: 10, asPlanned: false }] } }),
      /more epochs than its schedule/,
    ],
    [
      'an epoch chosen by the test images',
      () => ({ recipe: { ...modern.recipe, validation: 'test', keep: 'best' } }),
      /The test images chose its epoch/,
    ],
    ['code that is not known', () => ({ sessions: session(null) }), /commit that trained it is not known/],
    ['code that was changed', () => ({ sessions: session('0123456789ab-dirty') }), /files had changed since/],
    ['code of elsewhere', () => ({ sessions: session('0123456789ab') }), /does not have the commit/],
    [
      'a network of another kind',
      () => ({ network: { ...modern.network, name: 'mine' } }),
      /"mine", is none of the project's/,
    ],
    [
      'other layers',
      () => ({ architecture: 'other' }),
      /From "modern" .*\n.*networks\.lenet5\.build\(\) makes there, other layers here/,
    ],
    [
      'a recipe without a name',
      () => ({ recipe: { ...modern.recipe, epochs: 31, preciseStatistics: { batches: 3 } } }),
      /From "modern" .*\n.*recipe\.\w+: [^]*recipe\.\w+/,
    ],
  ];
  for (const [what, change, message] of cases) {
    test(what, () => {
      const options = { allowDirty: what.startsWith('code') ? false : true };
      assert.throws(() => recordOf({ ...modern, ...change() }, dataset, options), says(message));
    });
  }

  test('a run that is not there, and one that is published already', async () => {
    await assert.rejects(publish('lenet'), says(/There is no run "lenet"/));
    await assert.rejects(publish(modern.name), says(/is published already\. --replace/));
    await assert.rejects(publish(modern.name, { replace: true }), says(/publish the weights too/));
  });

  test('a test result that the weights do not give', async () => {
    const file = path.join(modern.folder, 'test.json');
    const before = fs.readFileSync(file);
    const content = JSON.parse(before.toString()) as {
      sha256?: string;
      predictions: number[];
      accuracy: number;
    };
    delete content.sha256;
    // Another wrong answer in place of one: the accuracy stays.
    const labels = dataset.test.labels;
    const wrong = content.predictions.findIndex((predicted, image) => predicted !== labels[image]);
    const another = [0, 1, 2].find((each) => each !== content.predictions[wrong] && each !== labels[wrong])!;
    content.predictions[wrong] = another;
    fs.writeFileSync(file, JSON.stringify(content));
    const elsewhere = temporaryFolder('published-wrong-');
    await assert.rejects(
      publish(modern.name, { weights: true, folder: elsewhere }),
      says(/other answers than its test result for 1 of 50 images/),
    );
    assert.deepEqual(publishedRecords(elsewhere), []);
    fs.writeFileSync(file, before);
  });
});

test('a missing or damaged file is named, with the way to get it back', async () => {
  await assert.rejects(
    pretrained('vgg16', { folder }),
    says(/no published weights of "vgg16"\. .* of: lenet5\.$/),
  );
  const inside = path.join(folder, 'lenet5');
  const weights = path.join(inside, fs.readdirSync(inside).find((name) => name.endsWith('.bin'))!);
  const records = path.join(inside, 'modern-seed1.json');
  const tamper = async (
    file: string,
    change: (bytes: Buffer) => Buffer | undefined,
    message: RegExp,
  ): Promise<void> => {
    const bytes = fs.readFileSync(file);
    const changed = change(Buffer.from(bytes));
    if (changed) fs.writeFileSync(file, changed);
    else fs.rmSync(file);
    await assert.rejects(pretrained('lenet5', { folder, onNotice: silent }), says(message));
    fs.writeFileSync(file, bytes);
  };
  const flipped = (bytes: Buffer): Buffer => Buffer.from(bytes.fill(bytes[9] ^ 1, 9, 10));
  await tamper(weights, flipped, /\.bin is damaged: .*`git checkout -- .*\.bin` restores it\.$/);
  await tamper(weights, () => undefined, /\.bin is missing\. `git checkout/);
  await tamper(path.join(inside, 'model.json'), flipped, /model\.json is damaged/);
  await tamper(records, (bytes) => bytes.subarray(0, -5), /modern-seed1\.json is damaged: it is not JSON/);
  await tamper(
    records,
    (bytes) => Buffer.from(bytes.toString().replace(/"accuracy":\s*[\d.]+/, '"accuracy": 1')),
    /modern-seed1\.json is damaged: its content does not match its checksum/,
  );
  (await pretrained('lenet5', { folder, onNotice: silent })).dispose();
});

test('seeds of one recipe stand together, others do not, and a training is repeated to the last prediction', async () => {
  await publish('lenet5-seed-seed1');
  await publish('lenet5-seed-seed2');
  const [withModern, plain] = publishedResults(publishedRecords(folder));
  assert.deepEqual([withModern.recipeName, withModern.records.length], ['modern', 1]);
  const [first, second] = plain.records.map((record) => record.test.accuracy);
  assert.equal(plain.testAccuracy.mean, (first + second) / 2);
  assert.ok(Math.abs(plain.testAccuracy.deviation - Math.abs(first - second) / Math.SQRT2) < 1e-12);

  const records = publishedRecords(folder);
  const found = targetOf(records, { network: 'lenet5', recipeName: 'seed', seed: 2 });
  // After ten epochs on so few pictures, the two may be equal by chance.
  const testAccuracy = { ...found.result.testAccuracy, deviation: 0.01 };
  const target = { ...found, result: { ...found.result, testAccuracy } };
  assert.equal(reproducingRun(target), 'reproduce-lenet5-seed-seed2');
  const { evaluation } = await reproduce(target, dataset, { runs, onNotice: silent });
  const lines = comparison(target, dataset, evaluation!);
  assert.match(lines[0], /^Published: .* with seed 2 \(.* over 2 seeds\)\. Here: .*, \+0\.00 points\.$/);
  assert.equal(lines[1], '50 of 50 predictions are the same.');
  assert.match(lines[2], /^That is 0\.0 times the standard deviation over seeds\.$/);

  // By default, the recipe whose weights are published; a seed that is not published is compared with the others.
  assert.equal(targetOf(records, { network: 'lenet5' }).record.name, 'lenet5-modern-seed1');
  const farther = { ...evaluation!, accuracy: target.record.test.accuracy - 0.03 };
  // 3 points over the root of 2 times 1 point.
  assert.match(comparison(target, dataset, farther)[2], /^That is 2\.1 times/);
  const alone = { ...target, result: { ...target.result, records: [target.record] } };
  assert.match(comparison(alone, dataset, farther)[2], /^How far seeds differ is not known/);
  const another = targetOf(records, { network: 'lenet5', recipeName: 'seed', seed: 9 });
  assert.deepEqual([another.isRecorded, another.record.recipe.seed], [false, 1]);
  const other = { ...dataset, name: 'others', source: { ...dataset.source, digest: 'other' } };
  const told = comparison(another, other, evaluation!);
  assert.match(told[0], /^Published: .* over 2 seeds\. Here: /);
  assert.match(
    told[1],
    /^These are other images: others \(200 and 50\) instead of built-in sample \(200 and 50\)/,
  );
  assert.throws(
    () => targetOf(records, { network: 'vgg16' }),
    says(/no published result of "vgg16"\. Published: lenet5 modern, lenet5 seed\./),
  );
});

test('a seed that was validated in another way is not taken beside the others', async () => {
  const elsewhere = temporaryFolder('published-sibling-');
  const record = await publish('lenet5-seed-seed1', { folder: elsewhere });
  const file = path.join(elsewhere, 'lenet5', 'seed-seed1.json');
  const content = JSON.parse(fs.readFileSync(file, 'utf8')) as { sha256?: string };
  delete content.sha256;
  fs.writeFileSync(file, JSON.stringify({ ...content, recipe: { ...record.recipe, validation: 'none' } }));
  await assert.rejects(
    publish('lenet5-seed-seed2', { folder: elsewhere }),
    says(/lenet5-seed-seed2 can't stand beside lenet5-seed-seed1[^]*recipe\.validation/),
  );
});
