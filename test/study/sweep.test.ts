/** Sweeps: what is trained, what is kept, and what a sweep says when it is stopped or a setting fails. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { sgd } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { sweep, sweepRows, type Sweep, type SweepCallbacks, type SweepOptions } from '../../lib/study';
import { readRuns } from '../../lib/runs';
import { noiseDataset, smallModel } from '../train/fixtures';

const outside = process.env.RUNS_DIR;
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'sweeps-'));
let made = 0;
before(() => smallModel().dispose());
beforeEach(() => {
  process.env.RUNS_DIR = path.join(base, String(++made));
});
after(() => {
  if (outside === undefined) delete process.env.RUNS_DIR;
  else process.env.RUNS_DIR = outside;
  fs.rmSync(base, { recursive: true });
});

const dataset = { ...noiseDataset(), source: { ...noiseDataset().source, digest: 'abcdef0123' } };

function run(callbacks: SweepCallbacks = {}, more: Partial<SweepOptions> = {}): Promise<Sweep> {
  return sweep(dataset, {
    study: 'batch size',
    profile: 'tiny',
    seeds: [1, 2],
    build: ({ seed, dropout }) => smallModel({ seed, dropout }),
    base: { epochs: 2, validation: { split: 0.25 } },
    settings: [8, 16].map((size) => ({ name: String(size), options: { batchSize: size } })),
    callbacks,
    ...more,
  });
}

const trained = ({ points }: Sweep): unknown[] =>
  points.map(({ setting, runs }) => [
    setting,
    runs.map(({ seed, history }) => [seed, history.recipe.batchSize]),
  ]);

test('every setting is trained from every seed, and kept as a run of the study', async () => {
  const tensors = tf.memory().numTensors;
  const told: string[] = [];
  const result = await run({
    onProgress: ({ setting, seed, run: at, runs }) => told.push(`${at}/${runs} ${setting} ${seed}`),
  });
  assert.deepEqual(trained(result), [
    [
      '8',
      [
        [1, 8],
        [2, 8],
      ],
    ],
    [
      '16',
      [
        [1, 16],
        [2, 16],
      ],
    ],
  ]);
  assert.deepEqual(
    [result.network, result.dataset, result.runs, result.interrupted],
    ['Baseline', 'noise', 4, false],
  );
  // One of each setting comes before the second of any.
  assert.deepEqual([...new Set(told)], ['1/4 8 1', '2/4 16 1', '3/4 8 2', '4/4 16 2']);
  assert.equal(tf.memory().numTensors, tensors, 'a network was left behind');
  const records = await readRuns();
  assert.deepEqual(
    records.map(({ study, recipe, label }) => [study?.name, study?.setting, recipe.seed, label]),
    [
      ['batch size', '8', 1, 'Baseline'],
      ['batch size', '16', 1, 'Baseline'],
      ['batch size', '8', 2, 'Baseline'],
      ['batch size', '16', 2, 'Baseline'],
    ],
  );
  const [first, second] = [1, 2].map(
    (seed) => result.points[0].runs.find((each) => each.seed === seed)!.history,
  );
  assert.notEqual(first.epochs[0].loss, second.epochs[0].loss, 'two seeds gave the same run');
});

test('called again it trains nothing, and comes to the same', async () => {
  const first = await run();
  let batches = 0;
  const second = await run({ onProgress: () => void batches++ });
  assert.equal(batches, 0);
  assert.deepEqual(sweepRows(second), sweepRows(first));
});

test('an interrupt ends it after the step at hand; called again it goes on', async () => {
  const seen: string[] = [];
  const cut = await run({
    onProgress: ({ setting, seed }) => {
      seen.push(`${setting} ${seed}`);
      if (setting === '16') requestInterrupt();
    },
  });
  assert.equal(cut.interrupted, true);
  // The run that was cut short is no result yet.
  assert.deepEqual(trained(cut), [['8', [[1, 8]]]]);
  assert.equal(seen.filter((each) => each === '16 1').length, 1);
  const whole = await run();
  assert.equal(whole.interrupted, false);
  const straight = path.join(base, 'straight');
  process.env.RUNS_DIR = straight;
  const other = await run();
  const accuracies = (result: Sweep): unknown[] => sweepRows(result).map((each) => ({ ...each, seconds: 0 }));
  assert.deepEqual(accuracies(whole), accuracies(other));
});

test('an interrupt between two runs ends it as well', async () => {
  let runs = 0;
  const cut = await run({
    onRun: () => {
      runs++;
      requestInterrupt();
    },
  });
  assert.deepEqual([cut.interrupted, runs], [true, 2]);
});

test('a setting whose loss stops being a number is a result, and the others are trained', async () => {
  const result = await run(
    {},
    {
      study: 'learning rate',
      seeds: [1],
      settings: [1e30, 0.01].map((learningRate) => ({
        name: String(learningRate),
        options: { optimizer: sgd({ learningRate }) },
      })),
    },
  );
  const [wild, tame] = result.points;
  assert.match(String(wild.failure), /The loss is no longer a finite number/);
  assert.deepEqual([wild.runs.length, tame.runs.length, tame.failure], [0, 1, null]);
});

test('settings that differ only in signs or in letters that a folder cannot have are runs of their own', async () => {
  const settings = ['≤ 1', '≥ 1', '+10', '-10', 'σ', 'τ'].map((name, i) => ({
    name,
    options: { batchSize: 8 + i },
  }));
  const options = { study: 'β', seeds: [1], settings, base: { epochs: 1 } };
  const first = await run({}, options);
  assert.equal((await readRuns()).length, settings.length);
  const steps: string[] = [];
  const again = await run({ onProgress: ({ setting }) => steps.push(setting) }, options);
  assert.deepEqual([trained(again), steps], [trained(first), []], 'all of them are stored');
});

test('settings can differ in the network, and be another one', async () => {
  const { points } = await run(
    {},
    {
      seeds: [1],
      settings: [
        { name: 'none', network: { dropout: 0 } },
        { name: 'half', network: { dropout: 0.5 } },
        { name: 'plain', build: ({ seed }) => smallModel({ seed, batchNorm: false }) },
      ],
    },
  );
  const [none, half, plain] = points;
  assert.equal(none.parameters, half.parameters);
  assert.ok(plain.parameters < none.parameters);
  assert.notEqual(none.runs[0].history.epochs[0].loss, half.runs[0].history.epochs[0].loss);
});

test('a setting that comes to the same as one before is a copy, and a run of its own study', async () => {
  const steps: string[] = [];
  const count: SweepCallbacks = {
    onProgress: ({ study, setting, seed }) => steps.push(`${study} ${setting} ${seed}`),
  };
  const bySize = await run(count);
  steps.length = 0;
  const shown: string[] = [];
  const onTrained: SweepCallbacks['onTrained'] = ({ setting, seed, model, run: { name } }) =>
    void shown.push(`${name}: ${setting}, ${seed}, ${model.countParams()}`);
  const byDropout = await run(
    { ...count, onTrained },
    {
      study: 'dropout',
      base: { epochs: 2, batchSize: 16, validation: { split: 0.25 } },
      settings: [
        { name: '0', network: { dropout: 0 } },
        { name: '0.5', network: { dropout: 0.5 } },
      ],
    },
  );
  assert.deepEqual([...new Set(steps)], ['dropout 0.5 1', 'dropout 0.5 2']);
  assert.deepEqual(
    byDropout.points[0].runs.map(({ history }) => history.epochs),
    bySize.points[1].runs.map(({ history }) => history.epochs),
  );
  const stored = (await readRuns()).map(({ name, status, study }) => [
    name,
    status,
    study?.name,
    study?.setting,
  ]);
  for (const seed of ['', '-seed2']) {
    const copy = stored.find(([name]) => name === `dropout_0-tiny-abcdef01${seed}`);
    assert.deepEqual(copy?.slice(1), ['finished', 'dropout', '0']);
  }
  assert.equal(shown.length, 4);
  assert.match(shown[0], /^dropout_0-tiny-abcdef01: 0, 1, \d+$/);
  // What was removed is trained again.
  fs.rmSync(process.env.RUNS_DIR!, { recursive: true });
  steps.length = 0;
  await run(count, { seeds: [1], settings: [{ name: '8', options: { batchSize: 8 } }] });
  assert.deepEqual([...new Set(steps)], ['batch size 8 1']);
});
