/** A run that is there already is given more epochs. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { adam, constant, cosine, earlyStopping, warmUp, type Recipe } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { readRuns, results, type History } from '../../lib/runs';
import { fingerprint } from '../../lib/runs/plain-data';
import { readRunJson, writeRunJson } from '../../lib/runs/run-json';
import { readSealed, writeSealed } from '../../lib/runs/sealed-folder';
import { graphEngine, tfjsEngine, train, type TrainCallbacks, type TrainOptions } from '../../lib/train';
import { lossesOf, noiseDataset, smallModel, temporaryFolder } from '../train/fixtures';

const folder = temporaryFolder('extension-');

const dataset = noiseDataset();

interface Done {
  readonly history: History;
  readonly notices: readonly string[];
  readonly weights: readonly number[][];
}

function plain(): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.sequential({
    name: 'plain',
    layers: [
      tf.layers.flatten({ name: 'flat', inputShape: [8, 8, 3] }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
}

async function trainAs(
  name: string,
  epochs: number,
  {
    resume,
    build = plain,
    ...options
  }: TrainOptions & { resume?: 'same'; build?: () => tf.LayersModel } = {},
  ...callbacks: TrainCallbacks[]
): Promise<Done> {
  const model = build();
  const notices: string[] = [];
  try {
    const history = await train(model, dataset, {
      ...{ epochs, batchSize: 8, optimizer: adam(), schedule: constant(), engine: tfjsEngine },
      onNotice: (message) => notices.push(message),
      ...options,
      run: { name, folder, ...(resume && { resume }) },
      callbacks,
    });
    const weights = model.weights.map((weight) => [...weight.read().dataSync()]);
    return { history, notices, weights };
  } finally {
    model.dispose();
  }
}

const recordOf = async (name: string) => (await readRuns({ folder })).find((run) => run.name === name);

test('of a constant rate, two epochs and two more are four, bit for bit', async () => {
  const engine = {
    engine: graphEngine,
    augmentation: { crop: 2, flip: 'alternating' as const, cutout: 0 },
    build: () => smallModel({ dropout: 0.3 }),
  };
  const straight = await trainAs('four', 4, engine);
  assert.deepEqual(straight.history.extensions, []);
  await trainAs('two', 2, engine);
  // Stopped on its way, and given the same number again.
  const stop = { onBatch: ({ epoch }: { epoch: number }) => void (epoch === 3 && requestInterrupt()) };
  const stopped = await trainAs('two', 4, engine, stop);
  assert.match(stopped.notices.join(), /goes on from its last checkpoint: epoch 3 of 4, 0 of 36 images in/);
  const { history, weights } = await trainAs('two', 4, engine);
  assert.deepEqual(weights, straight.weights);
  lossesOf(history).forEach((loss, i) => {
    // An epoch's mean is added up in two parts, so that it may differ in its last digits.
    assert.ok(Math.abs(loss - lossesOf(straight.history)[i]) < 1e-6);
  });
  assert.deepEqual(history.extensions, [{ from: 2, asPlanned: true }]);
  const record = await recordOf('two');
  assert.deepEqual([record?.status, record?.recipe.epochs], ['finished', 4]);
  assert.deepEqual(record?.history, history);
  assert.deepEqual((await trainAs('two', 4, engine)).history, history, 'and is loaded then');
});

test('a run that was interrupted can be given more as well, and more again', async () => {
  const straight = await trainAs('five', 5);
  const stop = { onBatch: ({ epoch }: { epoch: number }) => void (epoch === 2 && requestInterrupt()) };
  assert.ok((await trainAs('step-by-step', 3, {}, stop)).history.interrupted);
  await trainAs('step-by-step', 4);
  const { history, weights } = await trainAs('step-by-step', 5);
  assert.deepEqual(
    history.extensions?.map(({ from }) => from),
    [3, 4],
  );
  assert.deepEqual(weights, straight.weights);
});

test('a schedule that depends on the length jumps: it is said, and the run is no replicate of a longer one', async () => {
  const schedule = warmUp(1, cosine());
  const notJumped = await trainAs('cosine', 2, { schedule });
  assert.equal(notJumped.history.epochs[1].learningRate, 0);
  const { history, notices } = await trainAs('cosine', 4, { schedule });
  // Over the ten steps that two epochs after the warm-up have, five are taken: half-way but for the last.
  const next = (1e-3 * (1 + Math.cos((Math.PI * 5) / 14))) / 2;
  assert.ok(
    notices
      .join()
      .includes('(warmUp) was for 2 epochs and is for 4 now, so the learning rate goes from 0 to'),
    notices.join(),
  );
  assert.ok(
    Math.abs(Number(/to ([\d.e-]+)\.$/.exec(notices.join())?.[1]) - next) < 1e-3 * next,
    `${notices.join()} ${next}`,
  );
  assert.deepEqual(history.extensions, [{ from: 2, asPlanned: false }]);
  assert.deepEqual(history.epochs.slice(0, 2), notJumped.history.epochs);
  await trainAs('cosine-of-4', 4, { schedule, seed: 2 });
  const rows = results(await readRuns({ folder })).map(({ runs }) => runs.join());
  assert.ok(rows.includes('cosine') && rows.includes('cosine-of-4'), rows.join('; '));
});

describe('with resume: same', () => {
  test('a run goes on only if it is what a longer one would be', async () => {
    await trainAs('lesson', 1, { resume: 'same' });
    const { history } = await trainAs('lesson', 2, { resume: 'same' });
    assert.deepEqual(history.extensions, [{ from: 1, asPlanned: true }]);
    await trainAs('lesson', 1, { resume: 'same', schedule: cosine() });
    const { history: anew, notices } = await trainAs('lesson', 2, { resume: 'same', schedule: cosine() });
    assert.match(
      notices.join(),
      /had other options, and starts afresh:\n {2}recipe\.epochs: 1 there, 2 here/,
    );
    assert.deepEqual(anew.extensions, []);
    await trainAs('lesson', 3, { resume: 'same', validationFrequency: 2 });
    const odd = await trainAs('lesson', 4, { resume: 'same', validationFrequency: 2 });
    assert.deepEqual(odd.history.extensions, [], 'epoch 3 was validated for being the last');
  });
});

test('a run that was given more is known by its history if run.json is lost', async () => {
  for (const lose of [
    (file: string) => {
      fs.rmSync(file);
    },
    (file: string) => {
      fs.writeFileSync(file, '');
    },
  ]) {
    const name = 'lost';
    await trainAs(name, 2);
    await trainAs(name, 3);
    lose(path.join(folder, name, 'run.json'));
    const { history, notices } = await trainAs(name, 3);
    assert.match(notices.join(' '), /finished already, with 3 of 3 epochs: loaded/);
    assert.deepEqual(history.extensions, [{ from: 2, asPlanned: true }]);
    // And it can be given more again.
    assert.equal((await trainAs(name, 4)).history.epochs.length, 4);
    fs.rmSync(path.join(folder, name), { recursive: true });
  }
});

describe('what cannot be', () => {
  test('fewer epochs than a run has', async () => {
    await trainAs('fewer', 2);
    await assert.rejects(
      trainAs('fewer', 1),
      /recipe\.epochs: 2 there, 1 here\nIt is a run of 2 epochs, 2 of them trained, and can be given more, but not 1\.\nChoose/,
    );
    assert.equal((await trainAs('fewer', 2)).history.epochs.length, 2, 'and nothing is lost');
  });

  test('more for a run that was ended early, or by a callback', async () => {
    const early = { earlyStopping: earlyStopping({ patience: 1, minDelta: 100 }) };
    await trainAs('early', 5, early);
    await assert.rejects(
      trainAs('early', 6, early),
      /ended by early stopping after 2 of 5 epochs, which more epochs do/,
    );
    // Two epochs are all there were to be, and all that there would have been of more.
    await trainAs('early-at-the-end', 2, early);
    await assert.rejects(
      trainAs('early-at-the-end', 6, early),
      /ended by early stopping after 2 of 2 epochs/,
    );
    await trainAs(
      'stopped',
      5,
      {},
      {
        onEpoch: (_row, _history, control) => {
          control.stop();
        },
      },
    );
    await assert.rejects(trainAs('stopped', 6), /ended by a callback after 1 of 5 epochs/);
  });

  test('more for a run over which the share of its Lookahead falls', async () => {
    const share = { final: 0.5, power: 1 };
    const falling = { engine: graphEngine, optimizer: adam({ lookahead: { steps: 2, share } }) };
    await trainAs('falling', 1, falling);
    await assert.rejects(trainAs('falling', 2, falling), /Lookahead's share has fallen over 1 epoch, and/);
  });

  test('more epochs and something else', async () => {
    await trainAs('else', 1);
    await assert.rejects(
      trainAs('else', 2, { seed: 5 }),
      /epochs: 1 there, 2 here\n {2}recipe\.seed: 1 there, 5 here\nChoose/,
    );
  });
});

test('a run of an earlier version, whose recipe lacks later settings, goes on and can be given more', async () => {
  const straight = await trainAs('new', 3);
  await trainAs('old', 1);
  const later = ['preciseStatistics', 'metrics', 'classWeights', 'outputWeights', 'incompleteBatch'] as const;
  await beforeSettings('old', ...later, 'resizing');
  const loaded = await trainAs('old', 1);
  assert.match(loaded.notices.join(), /finished already/);
  const { weights } = await trainAs('old', 3);
  assert.deepEqual(weights, straight.weights);
});

/** Makes a run what it would be if its recipe had been stored without some settings, and before images were mixed. */
async function beforeSettings(name: string, ...settings: (keyof Recipe)[]): Promise<void> {
  const runFolder = path.join(folder, name);
  const run = readRunJson(runFolder, 'run')!;
  const { crop, flip, cutout } = run.settings.recipe.augmentation;
  const recipe = Object.fromEntries(
    Object.entries({ ...run.settings.recipe, augmentation: { crop, flip, cutout } }).filter(
      ([key]) => !settings.includes(key as keyof Recipe),
    ),
  ) as unknown as Recipe;
  const old = { ...run, settings: { ...run.settings, recipe } };
  await writeRunJson(runFolder, 'run', old);
  const architecture = readRunJson(runFolder, 'network');
  const checkpoints = path.join(runFolder, 'checkpoints');
  for (const each of fs.readdirSync(checkpoints)) {
    const checkpoint = path.join(checkpoints, each);
    const files = new Map(readSealed(checkpoint));
    const state = JSON.parse(Buffer.from(files.get('state.json')!).toString()) as object;
    const mark = fingerprint({ ...old.settings, architecture });
    files.set('state.json', Buffer.from(JSON.stringify({ ...state, run: mark })));
    fs.rmSync(checkpoint, { recursive: true });
    await writeSealed(checkpoint, files);
  }
}
