import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gatherReport, type Report } from '../../lib/report';
import { mainRows } from '../../lib/report/comparisons';
import { acquireLock } from '../../lib/runtime/process-lock';
import { appearances } from '../../lib/show';
import { surroundings, writeBatch, writeExecuted, writeRun } from './fixtures';

let outDir: string;
let runsDir: string;
beforeEach(() => {
  outDir = fs.mkdtempSync(path.join(os.tmpdir(), 'gather-'));
  runsDir = path.join(outDir, 'runs');
});
afterEach(() => {
  fs.rmSync(outDir, { recursive: true, force: true });
});
const gather = (): Promise<Report> => gatherReport({ outDir, runsDir });

test('where nothing has run, there is nothing, and that is no error', async () => {
  const { batch, notebooks, comparisons, unfinished, places, notices } = await gather();
  assert.deepEqual([batch, comparisons, unfinished, places, notices], [undefined, [], [], [], []]);
  assert.deepEqual(notebooks, { batch: [], others: [] });
});

describe('notebooks', () => {
  test('those of the last batch come in its order, refused ones too; those of others by themselves', async () => {
    const failure = { kind: 'error', message: 'Error: one\ntwo', line: 7 } as const;
    writeExecuted(outDir, '01-one');
    writeExecuted(outDir, '02-two', { status: 'failed', failure, seconds: 9 }, false);
    writeExecuted(outDir, '03-old', { parameters: {} });
    writeExecuted(outDir, '05-five', {}, false);
    fs.rmSync(path.join(outDir, 'notebooks', '05-five.ipynb'));
    writeBatch(outDir, [
      { status: 'failed', name: '02-two', output: '', seconds: 9, failure },
      { status: 'refused', name: '04-four', reason: 'it lacks a parameter' },
      { status: 'unchanged', name: '01-one', output: '' },
      { status: 'not run', name: '05-five' },
    ]);
    const { notebooks, batch } = await gather();
    assert.equal(batch?.profile, 'quick');
    const told = notebooks.batch.map(({ name, status, seconds, reason, details }) => [
      ...[name, status, seconds, reason, details],
    ]);
    assert.deepEqual(told, [
      ['02-two', 'failed', 9, 'error: Error: one', 'Error: one\ntwo'],
      ['04-four', 'refused', undefined, 'it lacks a parameter', undefined],
      ['01-one', 'unchanged', 75, undefined, undefined],
      ['05-five', 'not run', 75, undefined, undefined],
    ]);
    const [two, , one, five] = notebooks.batch;
    assert.equal(one.executed, path.join(outDir, 'notebooks', '01-one.ipynb'));
    assert.equal(one.page, path.join(outDir, 'pages', '01-one.html'));
    assert.ok(two.executed !== undefined && two.page === undefined, 'it has no page');
    assert.ok(five.executed === undefined && five.page === undefined, 'its files are gone');
    assert.deepEqual(
      notebooks.others.map(({ name, status, profile }) => [name, status, profile]),
      [['03-old', 'passed', undefined]],
    );
  });

  test('one that runs at this moment, and one that was cut off, are told apart', async (t) => {
    writeExecuted(outDir, 'a', { status: 'running' });
    writeExecuted(outDir, 'b', { status: 'running' });
    const lock = await acquireLock(path.join(outDir, 'notebooks', '.a.lock'));
    t.after(() => {
      lock.release();
    });
    const { notebooks } = await gather();
    assert.deepEqual(
      notebooks.others.map(({ status, seconds }) => [status, seconds]),
      [
        ['running', undefined],
        ['cut off', undefined],
      ],
    );
  });
});

describe('networks', () => {
  test('runs on different images are never together; the most complete section comes first', async () => {
    const full = { data: 'CIFAR-10', trainImages: 50_000 };
    writeRun(runsDir, 'a', { test: 0.5 });
    writeRun(runsDir, 'b', { title: 'VGG16', test: 0.6 });
    writeRun(runsDir, 'c', { trainImages: 400, test: 0.3 });
    writeRun(runsDir, 'd', { ...full, test: 0.7 });
    writeRun(runsDir, 'e', { trainImages: 400, title: 'VGG16', done: 1 });
    const { comparisons, unfinished } = await gather();
    const told = comparisons.map(({ dataset: { name, trainImages }, networks }) => [
      ...[name, trainImages, networks.flatMap(({ result }) => result.runs)],
    ]);
    assert.deepEqual(told, [
      ['built-in sample', 5000, ['b', 'a']],
      ['CIFAR-10', 50_000, ['d']],
      ['built-in sample', 400, ['c']],
    ]);
    assert.deepEqual(
      unfinished.map(({ name, status }) => [name, status]),
      [['e', 'interrupted']],
    );
  });

  test('older images of the same name and number have a section that names their digest, figures included', async () => {
    writeRun(runsDir, 'old', { test: 0.5, digest: '55d490493cf4', created: '2025-01-01T10:00:00.000Z' });
    writeRun(runsDir, 'a', { test: 0.6 });
    writeRun(runsDir, 'b', { title: 'VGG16', test: 0.6 });
    const { comparisons } = await gather();
    assert.deepEqual(
      comparisons.map(({ dataset: { name }, networks: [{ history, result }] }) => [
        ...[name, history.dataset, result.dataset],
      ]),
      ['built-in sample', 'built-in sample (digest 55d49049)'].map((name) => [name, name, name]),
    );
  });

  test('seeds are one row, the best first, with the mean of their curves as far as all went', async () => {
    writeRun(runsDir, 'low', { title: 'VGG16', test: 0.4 });
    writeRun(runsDir, 'none', { title: 'LeNet-5', validation: 0.9 });
    writeRun(runsDir, 'a', { seed: 1, test: 0.5, validation: 0.4 });
    writeRun(runsDir, 'b', { seed: 2, test: 0.6, validation: 0.6 });
    const [{ networks }] = (await gather()).comparisons;
    assert.deepEqual(
      networks.map(({ name, result }) => [name, result.runs.length]),
      [
        ['Baseline', 2],
        ['VGG16', 1],
        ['LeNet-5', 1],
      ],
    );
    const [{ history }] = networks;
    assert.equal(history.network, 'Baseline');
    assert.ok(Math.abs(history.epochs[2].valAccuracy! - 0.5) < 1e-12);
  });

  test('of several with one label the most complete keeps it, others are named by what differs', async () => {
    writeRun(runsDir, 'short', { epochs: 3, test: 0.5 });
    writeRun(runsDir, 'long', { epochs: 10, test: 0.6 });
    writeRun(runsDir, 'moved', {
      epochs: 10,
      test: 0.6,
      device: 'a card',
      created: '2025-01-01T00:00:00.000Z',
    });
    writeRun(runsDir, 'other', {
      epochs: 10,
      test: 0.6,
      layers: 'other',
      created: '2025-01-02T00:00:00.000Z',
    });
    writeRun(runsDir, 'another', { epochs: 10, layers: 'another', created: '2025-01-01T00:00:00.000Z' });
    writeRun(runsDir, 'wide', { label: 'Baseline, width 2', test: 0.7 });
    const [comparison] = (await gather()).comparisons;
    const { networks } = comparison;
    assert.deepEqual(
      Object.fromEntries(networks.map(({ name, result, variantOf }) => [result.runs[0], [name, variantOf]])),
      {
        long: ['Baseline', undefined],
        short: ['Baseline, 3 epochs', 'Baseline'],
        moved: ['Baseline, a card', 'Baseline'],
        other: ['Baseline, other', 'Baseline'],
        another: ['Baseline, another', 'Baseline'],
        wide: ['Baseline, width 2', 'Baseline'],
      },
    );
    assert.deepEqual(
      mainRows(comparison).map(({ name }) => name),
      ['Baseline'],
    );
    const colours = [...comparison.looks.values()].map(({ colour }) => colour);
    assert.equal(new Set(colours).size, 6);
    assert.deepEqual(comparison.looks.get('Baseline'), appearances['Baseline']);
  });
});

describe('studies', () => {
  const study = (setting: string, name = 'batch size') => ({ study: { name, setting } });

  test('stand apart from the networks, numbers by size, other settings as they were begun', async () => {
    writeRun(runsDir, 'plain', { test: 0.5 });
    for (const seed of [1, 2]) {
      writeRun(runsDir, `b128-${seed}`, {
        ...study('128'),
        seed,
        validation: 0.5 + seed / 10,
        batchSize: 128,
      });
    }
    writeRun(runsDir, 'b16', { ...study('16'), validation: 0.4, batchSize: 16, test: 0.3 });
    writeRun(runsDir, 'b32', { ...study('32'), done: 1 });
    writeRun(runsDir, 'o1', { ...study('sgd', 'optimizer'), created: '2026-01-02T00:00:00.000Z' });
    writeRun(runsDir, 'o2', { ...study('adam', 'optimizer'), created: '2026-01-03T00:00:00.000Z' });
    const [{ networks, studies }] = (await gather()).comparisons;
    assert.deepEqual(
      networks.map(({ result }) => result.runs),
      [['plain']],
    );
    const [batchSize, optimizer] = studies;
    assert.deepEqual(
      batchSize.rows.map(({ setting, result }) => [setting, result?.runs.length, result?.testAccuracy?.mean]),
      [
        ['16', 1, 0.3],
        ['128', 2, undefined],
      ],
    );
    assert.ok(Math.abs(batchSize.rows[1].result!.valAccuracy!.mean - 0.65) < 1e-12);
    assert.equal(batchSize.unfinished, 1);
    assert.deepEqual(
      batchSize.sweep.points.map(({ runs }) => runs.map(({ seed }) => seed)),
      [[1], [1, 2]],
    );
    assert.deepEqual(
      optimizer.rows.map(({ setting }) => setting),
      ['sgd', 'adam'],
    );
  });

  test('a setting that could not be trained is a result; the same study of two networks is two', async () => {
    writeRun(runsDir, 'a', { ...study('1'), failure: 'The loss was no number.', done: 1 });
    writeRun(runsDir, 'b', { ...study('2') });
    writeRun(runsDir, 'c', { ...study('2'), title: 'VGG16' });
    const [{ studies }] = (await gather()).comparisons;
    assert.deepEqual(
      studies.map(({ sweep, rows }) => [
        sweep.network,
        rows.map(({ setting, failure }) => [setting, failure]),
      ]),
      [
        [
          'Baseline',
          [
            ['1', 'The loss was no number.'],
            ['2', null],
          ],
        ],
        ['VGG16', [['2', null]]],
      ],
    );
  });

  test('one network for each setting is one study', async () => {
    writeRun(runsDir, 'a', { ...study('8 layers', 'depth'), title: 'VGG8' });
    writeRun(runsDir, 'b', { ...study('16 layers', 'depth'), title: 'VGG16' });
    const [{ studies }] = (await gather()).comparisons;
    assert.deepEqual(
      studies.map(({ sweep, rows }) => [sweep.network, rows.length]),
      [['VGG8, VGG16', 2]],
    );
  });
});

test('where it ran: each place once, with its runs and its times; the data with their digests', async () => {
  writeRun(runsDir, 'a', { created: '2026-01-01T00:00:00.000Z' });
  writeRun(runsDir, 'b', { created: '2026-01-03T00:00:00.000Z' });
  writeRun(runsDir, 'c', { created: '2026-01-02T00:00:00.000Z', device: 'a card', data: 'CIFAR-10' });
  for (const [name, content] of [
    ['broken', '{'],
    ['other', '{}'],
  ]) {
    fs.mkdirSync(path.join(runsDir, name));
    fs.writeFileSync(path.join(runsDir, name, 'run.json'), content);
  }
  writeExecuted(outDir, '01');
  writeExecuted(outDir, '02', { surroundings: { ...surroundings, device: 'GPU', gpus: ['one', 'two'] } });
  const { places, notebookPlaces, foundData, trainedOn, notices } = await gather();
  assert.deepEqual(
    places.map(({ device, runs, from, to, commit }) => [
      device,
      runs,
      from.slice(8, 10),
      to.slice(8, 10),
      commit,
    ]),
    [
      ['a processor, 2 cores', 2, '01', '03', '0123456789ab'],
      ['a card', 1, '02', '02', '0123456789ab'],
    ],
  );
  assert.deepEqual(
    notebookPlaces.map(({ device, notebooks }) => [device, notebooks]),
    [
      ['CPU: this machine has no card', 1],
      ['one, two', 1],
    ],
  );
  assert.deepEqual(
    foundData.map(({ name, digest, notebooks }) => [name, digest, notebooks]),
    [['built-in sample', surroundings.data.digest, 2]],
  );
  assert.deepEqual(
    trainedOn.map(({ name }) => name),
    ['built-in sample', 'CIFAR-10'],
  );
  const left = [...notices].sort();
  assert.equal(left.length, 2);
  assert.match(left[0], /"broken" is left out: .*run\.json is damaged: it is not JSON/);
  assert.match(left[1], /"other" is left out: .*run\.json is damaged: parts of it are missing/);
});
