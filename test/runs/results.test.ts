import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultsTable } from '../../lib/show/results';
import { tableText } from '../../lib/show/table';
import { mistakes } from '../../lib/evaluate';
import { results, type Evaluation, type RunRecord } from '../../lib/runs';
import { evaluation, history, row } from '../show/fixtures';

function record(name: string, seed: number, testAccuracy: number, more: Partial<RunRecord> = {}): RunRecord {
  const recipe = { ...history().recipe, seed };
  const rows = [row(1), row(2), row(3, { valAccuracy: testAccuracy - 0.1 })];
  const measured: Evaluation = { ...evaluation, accuracy: testAccuracy };
  return {
    name,
    folder: `/runs/${name}`,
    created: '2026-01-01T00:00:00.000Z',
    status: 'finished',
    failure: null,
    architecture: 'abc',
    network: { name: 'baseline', title: 'Baseline', parameters: 198_506, multiplyAdds: 658_688 },
    dataset: { name: 'built-in sample', digest: '1', trainImages: 5000, testImages: 1000 },
    engine: 'graph',
    recipe,
    sessions: [
      {
        started: '2026-01-01T00:00:00.000Z',
        fromStep: 0,
        versions: { commit: null, node: '20', tensorflow: '2', tfjs: '4', device: 'a processor' },
      },
    ],
    history: history({ recipe, epochs: rows }),
    evaluation: measured,
    ...more,
  };
}

test('runs that differ in their seed alone make one row, with mean and deviation', () => {
  const runs = [
    record('baseline-seed1', 1, 0.5),
    record('baseline-seed2', 2, 0.6),
    record('baseline-seed3', 3, 0.7),
    record('wide', 1, 0.9, { architecture: 'wide' }),
    record('going', 4, 0.9, { status: 'running' }),
  ];
  const [seeds, wide, ...others] = results(runs);
  assert.deepEqual(others, []);
  assert.deepEqual(seeds.runs, ['baseline-seed1', 'baseline-seed2', 'baseline-seed3']);
  const { mean, deviation } = seeds.testAccuracy!;
  // Deviations of 0.1, 0 and 0.1 from the mean: the root of 0.02 / 2.
  assert.ok(Math.abs(mean - 0.6) < 1e-12 && Math.abs(deviation - 0.1) < 1e-12);
  assert.ok(Math.abs(seeds.valAccuracy!.mean - 0.5) < 1e-12);
  assert.deepEqual([seeds.epochs, seeds.seconds, seeds.imagesPerSecond], [3, 12, 1250]);
  assert.equal(wide.testAccuracy?.mean, 0.9);
  assert.ok(Number.isNaN(wide.testAccuracy.deviation));
});

test('the same seed trained twice is no second measurement: the later run counts', () => {
  const rows = results([record('first', 1, 0.5), record('other', 2, 0.6), record('again', 1, 0.7)]);
  assert.deepEqual(
    rows.map(({ runs }) => runs),
    [['other', 'again']],
  );
});

test('other images of the same name and number are named by their digest, unless they are those of the newest run', () => {
  const dataset = { name: 'built-in sample', digest: '55d490493cf4', trainImages: 5000, testImages: 1000 };
  const rows = results([
    record('old', 1, 0.5, { dataset }),
    record('fewer', 1, 0.5, { dataset: { ...dataset, digest: '7', trainImages: 400 } }),
    record('new', 2, 0.6),
  ]);
  assert.deepEqual(
    rows.map((each) => each.dataset),
    ['built-in sample (digest 55d49049)', 'built-in sample', 'built-in sample'],
  );
  assert.match(
    tableText(resultsTable(rows)),
    /^a processor · Adam, constant rate, batch 32\n/,
    'nothing in common but the device',
  );
});

test('a label names the row, and runs of different labels or studies are not taken together', () => {
  const study = { name: 'batch size', setting: '32' };
  const rows = results([
    record('a', 1, 0.5),
    record('b', 2, 0.6, { label: 'Baseline, augmented' }),
    record('c', 3, 0.7, { study }),
  ]);
  assert.deepEqual(
    rows.map(({ network, study: of }) => [network, of]),
    [
      ['Baseline', undefined],
      ['Baseline, augmented', undefined],
      ['Baseline', study],
    ],
  );
});

test('a mean over runs of which some were not measured is none', () => {
  const runs = [record('a', 1, 0.5), record('b', 2, 0.6, { evaluation: undefined })];
  assert.equal(results(runs)[0].testAccuracy, undefined);
});

test('the validation accuracy is that of the weights that were kept', () => {
  const kept = record('a', 1, 0.5);
  const [result] = results([{ ...kept, history: { ...kept.history!, weightsOf: 2 } }]);
  assert.equal(result.valAccuracy?.mean, row(2).valAccuracy);
});

test('the table names what is common above it, and runs of several seeds once', () => {
  const rows = results([
    record('baseline-seed1', 1, 0.5),
    record('baseline-seed2', 2, 0.6),
    record('wide', 1, 0.912, { architecture: 'wide' }),
  ]);
  const lines = tableText(resultsTable(rows)).split('\n');
  assert.equal(lines[0], 'built-in sample · a processor · Adam, constant rate, batch 32');
  assert.match(
    lines[3],
    /^Baseline +198,506 +658,688 +3 +0:12 +1250 +45\.0 ± 7\.1 % +55\.0 ± 7\.1 % +2 +baseline-seed\*$/,
  );
  assert.match(lines[4], / 91\.2 % +1 +wide$/);
});

test('mistakes come in the order of their confidence', () => {
  const predictions = Int32Array.of(0, 1, 1, 2, 0);
  const confidences = Float32Array.of(0.5, 0.9, 0.7, 0.8, 1);
  assert.deepEqual([...mistakes({ predictions, confidences }, Uint8Array.of(1, 1, 0, 0, 0))], [3, 2, 0]);
});
