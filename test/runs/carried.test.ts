/** A run as one file: what comes along, and that it arrives whole or not at all. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import * as tar from 'tar';
import { adam } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { acquireLock } from '../../lib/runtime/process-lock';
import { readRuns, type History } from '../../lib/runs';
import { packRun, unpackRun } from '../../lib/runs/carried';
import { tfjsEngine, train, type TrainCallbacks, type TrainOptions } from '../../lib/train';
import { lossesOf, noiseDataset, smallModel, temporaryFolder } from '../train/fixtures';

const base = temporaryFolder('carried-');
const dataset = noiseDataset();
const there = path.join(base, 'there');
const file = (name: string): string => path.join(base, name);
let made = 0;
const newFolder = (): string => path.join(base, `here-${++made}`);

async function trainIn(
  folder: string,
  options: TrainOptions = {},
  callbacks: TrainCallbacks = {},
  name = 'a',
): Promise<{ history: History; notices: string[]; weights: number[] }> {
  const model = smallModel();
  const notices: string[] = [];
  const history = await train(model, dataset, {
    ...{ epochs: 3, batchSize: 8, engine: tfjsEngine, callbacks: [callbacks], run: { name, folder } },
    onNotice: (text) => notices.push(text),
    ...options,
  });
  const weights = [...model.weights[0].read().dataSync()];
  model.dispose();
  return { history, notices, weights };
}

test('a finished run arrives without slots: it is loaded with its weights, and not trained on', async () => {
  const trained = await trainIn(there);
  await packRun(path.join(there, 'a'), file('a'), { slots: false });
  const here = newFolder();
  await unpackRun(file('a'), 'a', here);
  assert.deepEqual(
    fs
      .readdirSync(here, { recursive: true, encoding: 'utf8' })
      .filter((name) => /slots|arriving|lock/.test(name)),
    [],
  );
  const loaded = await trainIn(here);
  assert.deepEqual(loaded.history.epochs, trained.history.epochs);
  assert.deepEqual(loaded.weights, trained.weights);
  assert.match(loaded.notices.join(), /not trained/);
  await assert.rejects(trainIn(here, { epochs: 5 }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /"a" came from another machine without the state of its optimizer/);
    return true;
  });
  assert.deepEqual((await trainIn(here)).weights, trained.weights, 'after that it is as it was');
});

test('an interrupted run arrives with everything, and goes on as if it had stayed', async () => {
  const whole = await trainIn(newFolder());
  const stop: TrainCallbacks = { onEpoch: ({ epoch }) => void (epoch === 2 && requestInterrupt()) };
  await trainIn(there, {}, stop, 'cut');
  await packRun(path.join(there, 'cut'), file('cut'), { slots: true });
  const here = newFolder();
  await unpackRun(file('cut'), 'cut', here);
  const { history } = await trainIn(here, {}, {}, 'cut');
  assert.deepEqual(lossesOf(history), lossesOf(whole.history));
});

test('averaged weights come along, since the network ends with them', async () => {
  const optimizer = adam({ ema: { decay: 0.9 } });
  const options: TrainOptions = { optimizer, epochs: 1, engine: undefined };
  const trained = await trainIn(there, options, {}, 'averaged');
  await packRun(path.join(there, 'averaged'), file('averaged'), { slots: false });
  const here = newFolder();
  await unpackRun(file('averaged'), 'averaged', here);
  assert.deepEqual((await trainIn(here, options, {}, 'averaged')).weights, trained.weights);
});

test('what arrives replaces what was there, unless somebody trains it, and the rest of the folder stays', async () => {
  const here = newFolder();
  await trainIn(here, { epochs: 1 });
  await trainIn(here, { epochs: 1 }, {}, 'other');
  const lock = await acquireLock(path.join(here, 'a', 'lock'));
  await assert.rejects(unpackRun(file('a'), 'a', here), /is training the run "a" right now/);
  lock.release();
  assert.equal(
    (await readRuns({ folder: here })).find(({ name }) => name === 'a')?.history?.epochs.length,
    1,
  );
  await unpackRun(file('a'), 'a', here);
  const runs = await readRuns({ folder: here });
  assert.deepEqual(runs.map(({ name, history }) => [name, history?.epochs.length]).sort(), [
    ['a', 3],
    ['other', 1],
  ]);
  assert.deepEqual(fs.readdirSync(here).sort(), ['a', 'other']);
});

test('a damaged file, another run, and what leads out of the folder do not arrive', async () => {
  const here = newFolder();
  fs.writeFileSync(file('cut-off'), fs.readFileSync(file('a')).subarray(0, 5000));
  await assert.rejects(unpackRun(file('cut-off'), 'a', here), UserError);
  fs.writeFileSync(file('noise'), Buffer.alloc(4096, 7));
  await assert.rejects(unpackRun(file('noise'), 'a', here), UserError);
  await assert.rejects(unpackRun(file('a'), 'b', here), /What arrived for the run "b" is "a"/);
  await assert.rejects(unpackRun(file('a'), '../b', here), /cannot be called/);
  const evil = path.join(base, 'evil');
  fs.mkdirSync(evil);
  fs.symlinkSync('/etc', path.join(evil, 'checkpoints'));
  fs.copyFileSync(path.join(there, 'a', 'run.json'), path.join(evil, 'run.json'));
  await tar.create({ file: file('evil.tar'), cwd: evil }, ['run.json', 'checkpoints']);
  await unpackRun(file('evil.tar'), 'a', newFolder());
  const arrived = path.join(base, `here-${made}`, 'a');
  assert.deepEqual(fs.readdirSync(arrived), ['run.json']);
  assert.deepEqual(fs.existsSync(here) ? fs.readdirSync(here) : [], []);
});
