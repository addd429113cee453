/** The runs that lessons keep and take from each other. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { loadDataset } from '../../lib/data';
import { adam } from '../../lib/recipe';
import { lessonResult } from '../../lib/lessons';
import { train, type TrainOptions } from '../../lib/train';
import { noiseDataset, smallModel } from '../train/fixtures';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lessons-'));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a run of the same options is loaded, one of others is begun anew where that is asked for', async () => {
  const dataset = noiseDataset();
  const notices: string[] = [];
  const once = async (options: TrainOptions, resume: 'same' | true): Promise<number> => {
    notices.length = 0;
    const { images } = await train(smallModel(), dataset, {
      ...{ epochs: 1, batchSize: 8, validation: 'none', ...options },
      run: { name: 'changed', folder, resume },
      onNotice: (message) => notices.push(message),
    });
    return images;
  };
  await once({}, 'same');
  assert.deepEqual(notices, []);

  await once({}, 'same');
  assert.match(notices.join('\n'), /finished already/);

  assert.equal(await once({ optimizer: adam({ learningRate: 0.01 }), epochs: 2 }, 'same'), 80);
  assert.match(notices.join('\n'), /"changed" had other options, and starts afresh:\n(.*\n)*.*learningRate/);
  assert.doesNotMatch(notices.join('\n'), /finished already|goes on/);

  await once({ optimizer: adam({ learningRate: 0.01 }), epochs: 2 }, 'same');
  assert.match(notices.join('\n'), /finished already, with 2 of 2 epochs/);
  await assert.rejects(once({}, true), /There is already a run "changed" with other options/);
});

test('a lesson takes the result of another one, and trains it where it is not there yet', async (t) => {
  const outside = process.env.RUNS_DIR;
  process.env.RUNS_DIR = folder;
  t.after(() => {
    if (outside === undefined) delete process.env.RUNS_DIR;
    else process.env.RUNS_DIR = outside;
  });
  const printed: string[] = [];
  t.mock.method(console, 'log', (text: string) => printed.push(text));
  const dataset = await loadDataset({ source: 'sample', trainLimit: 40, testLimit: 20 });
  let batches = 0;
  const counting = [{ onBatch: () => void batches++ }];
  const first = await lessonResult('lenet5', 'tiny', dataset, counting);
  assert.equal(first.name, 'LeNet-5, ReLU');
  assert.equal(first.history.epochs.length, 2);
  assert.ok(batches > 0);

  batches = 0;
  const second = await lessonResult('lenet5', 'tiny', dataset, counting);
  assert.equal(batches, 0, 'it was trained again');
  assert.deepEqual(second.evaluation.confidences, first.evaluation.confidences);
  assert.deepEqual(second.history.epochs, first.history.epochs);
  assert.match(printed.at(-1) ?? '', /^LeNet-5, ReLU: trained before, and loaded$/);

  const [run] = fs.readdirSync(folder).filter((name) => name.startsWith('lenet5-ReLU-tiny'));
  for (const name of ['history.json', 'test.json']) fs.truncateSync(path.join(folder, run, name), 50);
  const third = await lessonResult('lenet5', 'tiny', dataset, counting);
  assert.equal(batches, 0, 'it was trained again');
  assert.match(
    printed.at(-1) ?? '',
    /history\.json is damaged: it is not JSON\. It is written again .*\n.*test\.json is damaged: it is not JSON\. .* evaluated again/,
  );
  assert.deepEqual(third.history.epochs, first.history.epochs);
  await lessonResult('lenet5', 'tiny', dataset, counting);
  assert.match(printed.at(-1) ?? '', /^LeNet-5, ReLU: trained before, and loaded$/, 'it is whole again');
});
