/** A run's folder: what is in it, and what happens when something is wrong with it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { adam, sgd, type Recipe } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { identify } from '../../lib/runtime/process-lock';
import { tf } from '../../lib/runtime/tensorflow';
import { classReports, evaluate } from '../../lib/evaluate';
import { readRuns, type EpochRow, type History } from '../../lib/runs';
import { tfjsEngine, train, type Engine, type TrainCallbacks, type TrainOptions } from '../../lib/train';
import { lossesOf, noiseDataset, temporaryFolder } from '../train/fixtures';

const base = temporaryFolder('runs-');

const dataset = noiseDataset();

function build(seed?: number): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform(seed === undefined ? {} : { seed });
  return tf.sequential({
    name: 'small',
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [8, 8, 3] }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
}

interface Done {
  readonly history: History;
  readonly notices: readonly string[];
  readonly weights: readonly number[];
}

let made = 0;
const newFolder = (): string => path.join(base, String(++made));

async function trainIn(
  folder: string,
  options: TrainOptions = {},
  callbacks: TrainCallbacks = {},
  run: object = {},
): Promise<Done> {
  const model = build(1);
  const notices: string[] = [];
  try {
    const history = await train(model, dataset, {
      epochs: 4,
      batchSize: 8,
      engine: tfjsEngine,
      onNotice: (message) => notices.push(message),
      callbacks: [callbacks],
      ...options,
      run: { name: 'a', folder, ...run },
    });
    return { history, notices, weights: [...model.weights[0].read().dataSync()] };
  } finally {
    model.dispose();
  }
}

const stopAfter = (epoch: number): TrainCallbacks => ({
  onEpoch: (row) => {
    if (row.epoch === epoch) requestInterrupt();
  },
});

const inRun = (folder: string, ...names: string[]): string => path.join(folder, 'a', ...names);
const checkpoints = (folder: string): string[] => fs.readdirSync(inRun(folder, 'checkpoints')).sort();

async function refuses(work: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('the folder tells options, data, versions and history, and reads back as a record', async () => {
  const folder = newFolder();
  const { history } = await trainIn(folder, { optimizer: sgd({ momentum: 0.9 }) }, {}, { weightsText: true });
  const model = build(1);
  const evaluation = await evaluate(model, dataset, { run: { name: 'a', folder } });
  model.dispose();
  assert.deepEqual(fs.readdirSync(inRun(folder)).sort(), [
    'checkpoints',
    'history.json',
    'network.json',
    'run.json',
    'test.json',
    'weights.txt',
  ]);
  const [record] = await readRuns({ folder });
  assert.equal(record.status, 'finished');
  assert.deepEqual(record.recipe.optimizer, sgd({ momentum: 0.9 }));
  assert.deepEqual(record.recipe.validation, { split: 0.1 });
  assert.deepEqual([record.dataset.name, record.dataset.trainImages], ['noise', 40]);
  assert.deepEqual([record.network.name, record.network.parameters], ['small', 192 * 3 + 3]);
  assert.equal(record.engine, 'tfjs');
  const { node, tensorflow, device } = record.sessions[0].versions;
  assert.equal(node, process.versions.node);
  assert.match(tensorflow, /^2\.\d+/);
  assert.notEqual(device, '');
  assert.deepEqual(record.history, history);
  const { classes, ...stored } = evaluation;
  assert.deepEqual(record.evaluation, stored);
  // Nothing is lost with them: they follow from what is stored.
  assert.deepEqual(classReports(stored.confusion, stored.classNames), classes);
  assert.deepEqual(history.weightsOf, 4);
  assert.match(fs.readFileSync(inRun(folder, 'weights.txt'), 'utf8'), /^classes\/kernel:0\n\(192, 3\)\n/);
});

test('a finished run of the same options is loaded, not trained', async () => {
  const folder = newFolder();
  const first = await trainIn(folder);
  let batches = 0;
  const second = await trainIn(folder, {}, { onBatch: () => void batches++ });
  assert.equal(batches, 0);
  assert.deepEqual(second.history, first.history);
  assert.deepEqual(second.weights, first.weights);
  assert.match(second.notices.join(), /The run a .* is finished already, with 4 of 4 epochs/);
  const fresh = await trainIn(folder, {}, { onBatch: () => void batches++ }, { resume: false });
  assert.equal(batches, 4 * 5);
  assert.deepEqual(lossesOf(fresh.history), lossesOf(first.history));
});

test('a label and a study are kept, and can be others the next time without training anew', async () => {
  const folder = newFolder();
  const study = { name: 'batch size', setting: '8' };
  await trainIn(folder, {}, {}, { label: 'Small', study });
  const [first] = await readRuns({ folder });
  assert.deepEqual([first.label, first.study], ['Small', study]);
  const { notices } = await trainIn(folder, {}, {}, { label: 'Small, of old' });
  assert.match(notices.join(), /finished already/);
  const [second] = await readRuns({ folder });
  assert.deepEqual([second.label, second.study], ['Small, of old', undefined]);
  assert.deepEqual(second.history, first.history);
});

test('other options under the same name are refused, and what differs is listed', async () => {
  const folder = newFolder();
  await trainIn(folder);
  const before = fs.readFileSync(inRun(folder, 'run.json'), 'utf8');
  await refuses(
    trainIn(folder, { epochs: 5, optimizer: adam({ learningRate: 0.1 }) }),
    /run "a" with other options:\n {2}recipe\.epochs: 4 there, 5 here\n {2}recipe\.optimizer\.learningRate: 0\.001 there, 0\.1 here\n/,
  );
  const model = tf.sequential({
    name: 'small',
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [8, 8, 3] }),
      tf.layers.dropout({ name: 'drop', rate: 0.5 }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  });
  const same = { epochs: 4, batchSize: 8, engine: tfjsEngine, run: { name: 'a', folder } };
  await refuses(train(model, dataset, same), /layers\.drop\.config\.rate: nothing there, 0\.5 here/);
  const other = { ...dataset, source: { ...dataset.source, digest: 'abc' } };
  await refuses(train(model, other, same), /dataset\.digest: "" there, "abc" here/);
  model.dispose();
  assert.equal(fs.readFileSync(inRun(folder, 'run.json'), 'utf8'), before);
  // The order in which options are written is none of them.
  const optimizer = Object.fromEntries(Object.entries(adam()).reverse()) as unknown as Recipe['optimizer'];
  assert.match((await trainIn(folder, { optimizer })).notices.join(), /finished already/);
});

test('resume: required fails where there is no run, and leaves nothing behind', async () => {
  const folder = newFolder();
  await refuses(trainIn(folder, {}, {}, { resume: 'required' }), /There is no run "a" to continue/);
  assert.equal(fs.existsSync(folder), false);
});

test('a name that is no folder is refused', async () => {
  await refuses(trainIn(newFolder(), {}, {}, { name: '../b' }), /A run cannot be called "\.\.\/b"/);
});

describe('a run is trained by one process at a time', () => {
  test('by the same', async () => {
    const folder = newFolder();
    let inner: Promise<unknown> | undefined;
    await trainIn(
      folder,
      {},
      { onStart: () => void (inner = refuses(trainIn(folder), /This process is training/)) },
    );
    await inner;
  });

  test('by another', async () => {
    const folder = newFolder();
    fs.mkdirSync(inRun(folder), { recursive: true });
    fs.symlinkSync(`${identify(process.ppid)}:abc`, inRun(folder, 'lock'));
    await refuses(trainIn(folder), new RegExp(`Process ${process.ppid} is training the run "a"`));
    fs.rmSync(inRun(folder, 'lock'));
    fs.symlinkSync(`${process.pid}:dead:abc`, inRun(folder, 'lock'));
    await trainIn(folder);
    assert.ok(!fs.readdirSync(inRun(folder)).some((name) => name.startsWith('lock')));
  });
});

/** Interrupted after three of four epochs: checkpoints of the second and the third. */
async function stopped(options: TrainOptions = {}): Promise<string> {
  const folder = newFolder();
  await trainIn(folder, options, stopAfter(3));
  return folder;
}

let straight: Done;
/** The folder of a run that is to be copied, and damaged. */
let template: string;
// One after the other: an interrupt goes to all that train.
before(async () => {
  straight = await trainIn(newFolder());
  template = await stopped();
});

describe('a damaged checkpoint is found and named, and the one before it is used', () => {
  const ways: Readonly<Record<string, (file: string) => void>> = {
    'cut short': (file) => {
      fs.truncateSync(file, fs.statSync(file).size - 1);
    },
    'flipped at its beginning': (file) => {
      flip(file, () => 0);
    },
    'flipped in its middle': (file) => {
      flip(file, (size) => size >> 1);
    },
    emptied: (file) => {
      fs.truncateSync(file, 0);
    },
    missing: (file) => {
      fs.rmSync(file);
    },
  };
  for (const name of ['manifest.json', 'model.json', 'weights.bin', 'slots.bin', 'state.json']) {
    test(name, async () => {
      for (const [way, damage] of Object.entries(ways)) {
        const folder = newFolder();
        fs.cpSync(template, folder, { recursive: true, verbatimSymlinks: true });
        const [older, newest] = checkpoints(folder).filter((each) => each.startsWith('last'));
        damage(inRun(folder, 'checkpoints', newest, name));
        const { notices, history, weights } = await trainIn(folder);
        const [first, second, third] = notices;
        // A manifest that was flipped may accuse the file that it tells of.
        const accused = name === 'manifest.json' ? '(json|bin)' : name.replace('.', '\\.');
        assert.match(first, new RegExp(`The checkpoint .*${newest} .*${accused}`), way);
        assert.match(second, new RegExp(`The one before it, ${older}, is whole`), way);
        assert.match(third, /goes on from its last checkpoint: epoch 3 of 4/, way);
        assert.deepEqual(lossesOf(history), lossesOf(straight.history), way);
        assert.deepEqual(weights, straight.weights, way);
        assert.ok(!checkpoints(folder).includes(newest), `${way}: the damaged one is gone in the end`);
      }
    });
  }

  test('with none left, the run begins anew, and says so', async () => {
    const folder = newFolder();
    fs.cpSync(template, folder, { recursive: true });
    for (const name of checkpoints(folder)) fs.rmSync(inRun(folder, 'checkpoints', name, 'weights.bin'));
    const { notices, history } = await trainIn(folder);
    assert.equal(notices.length, 3);
    assert.match(notices[2], /No whole checkpoint is left/);
    assert.deepEqual(lossesOf(history), lossesOf(straight.history));
  });

  test('that of a run with other options', async () => {
    const folder = newFolder();
    fs.cpSync(template, folder, { recursive: true });
    const other = await stopped({ seed: 2 });
    const newest = checkpoints(folder).at(-1)!;
    fs.rmSync(inRun(folder, 'checkpoints', newest), { recursive: true });
    fs.cpSync(inRun(other, 'checkpoints', newest), inRun(folder, 'checkpoints', newest), { recursive: true });
    const { notices, history } = await trainIn(folder);
    assert.match(notices[0], new RegExp(`${newest} belongs to a run with other options`));
    assert.deepEqual(lossesOf(history), lossesOf(straight.history));
  });

  test('if all are those of a run with other options and run.json is lost, nothing is overwritten', async () => {
    const folder = newFolder();
    fs.cpSync(template, folder, { recursive: true });
    fs.rmSync(inRun(folder, 'run.json'));
    const before = checkpoints(folder);
    await refuses(trainIn(folder, { seed: 2 }), /has lost its run\.json.*with other options/);
    assert.deepEqual(checkpoints(folder), before);
    assert.deepEqual(lossesOf((await trainIn(folder)).history), lossesOf(straight.history));
  });

  test('the best one: the best before it is kept, and named', async () => {
    // Losses by heart: accuracy rises, so there are several best epochs.
    const options = { keep: 'best', validation: 'test', epochs: 8 } as const;
    const folder = newFolder();
    const { history } = await trainIn(folder, options);
    assert.equal(history.weightsOf, history.best?.epoch);
    const best = checkpoints(folder).filter((name) => name.startsWith('best'));
    assert.equal(best.length, 2, 'of this seed');
    flip(inRun(folder, 'checkpoints', best[1], 'weights.bin'), () => 5);
    const again = await trainIn(folder, options);
    assert.match(again.notices.join(' '), new RegExp(`${best[1]} is damaged.*before it, ${best[0]}`));
    assert.ok(again.history.weightsOf! < history.weightsOf);
  });
});

function flip(file: string, at: (size: number) => number): void {
  const bytes = fs.readFileSync(file);
  bytes[at(bytes.length)] ^= 4;
  fs.writeFileSync(file, bytes);
}

test('keep: best gives the weights of the best epoch, with a folder and without', async () => {
  const options = { keep: 'best', validation: 'test', epochs: 8, batchSize: 8, engine: tfjsEngine } as const;
  const inFolder = await trainIn(newFolder(), options);
  const model = build(1);
  const history = await train(model, dataset, options);
  assert.ok(history.best && history.best.epoch < 8, 'of this seed');
  assert.equal(history.weightsOf, history.best.epoch);
  assert.equal((await evaluate(model, dataset)).accuracy, history.best.valAccuracy);
  assert.deepEqual([...model.weights[0].read().dataSync()], inFolder.weights);
  model.dispose();
});

/** An engine whose loss is no number from `step` on. */
function failing(step: number): Engine {
  return {
    name: 'tfjs',
    async start(job) {
      const run = await tfjsEngine.start(job);
      return {
        ...run,
        train: (steps, onSteps) => {
          let at = steps.firstStep;
          return run.train(steps, (result) =>
            onSteps(at++ < step ? result : { ...result, failure: { step, reason: 'A test said so.' } }),
          );
        },
      };
    },
  };
}

test('weights of an epoch that is trained again, and ends otherwise, are not the best ones', async () => {
  const options = { keep: 'best', validation: 'test', epochs: 8 } as const;
  const folder = newFolder();
  const { epoch } = (await trainIn(folder, options)).history.best!;
  const again = newFolder();
  await trainIn(again, options, stopAfter(epoch - 1));
  // As if it had been killed when the next weights were saved, and its place in the run was not yet.
  const [newest] = checkpoints(folder)
    .filter((name) => name.startsWith('best'))
    .reverse();
  const stray = inRun(again, 'checkpoints', 'best-000009');
  fs.cpSync(inRun(folder, 'checkpoints', newest), stray, { recursive: true });
  const model = build(1);
  // Time is up when the epoch is trained again, so it gets nowhere near.
  const { best, epochs, weightsOf } = await train(model, dataset, {
    ...{ ...options, batchSize: 8, engine: tfjsEngine, onNotice: () => undefined },
    run: { name: 'a', folder: again },
    callbacks: [
      {
        onBatch: (_, control) => {
          control.stop('time is up');
        },
      },
    ],
  });
  assert.ok(best!.epoch < epoch && epochs.length === epoch, 'else it shows nothing');
  assert.equal(weightsOf, best!.epoch);
  assert.equal((await evaluate(model, dataset)).accuracy, best!.valAccuracy);
  model.dispose();
});

test('a loss that is no number ends the run, and the last good checkpoint is kept', async () => {
  const folder = newFolder();
  // 36 images in batches of 8: five steps an epoch.
  await refuses(
    trainIn(folder, { engine: failing(12) }),
    /no longer a finite number, in epoch 3 at step 12\. A test said so.*are from before it, after 10 steps/,
  );
  const [record] = await readRuns({ folder });
  assert.equal(record.status, 'failed');
  assert.match(record.failure ?? '', /in epoch 3 at step 12/);
  const { history, notices } = await trainIn(folder);
  assert.match(notices[0], /epoch 3 of 4, 0 of 36 images in, after 10 steps/);
  assert.deepEqual(lossesOf(history), lossesOf(straight.history));
  assert.equal((await readRuns({ folder }))[0].status, 'finished');
});

test('weights that are no numbers take no good ones’ place, even if the loss is one', async () => {
  const folder = newFolder();
  const breaking: Engine = {
    name: 'tfjs',
    async start(job) {
      const run = await tfjsEngine.start(job);
      return {
        ...run,
        async train(steps, onSteps) {
          await run.train(steps, onSteps);
          if (steps.firstStep >= 10) job.model.layers[1].setWeights([tf.fill([192, 3], NaN), tf.zeros([3])]);
        },
        measure: async (...args) => {
          const measured = await run.measure(...args);
          return measured && { ...measured, loss: Number.isFinite(measured.loss) ? measured.loss : 1 };
        },
      };
    },
  };
  await refuses(
    trainIn(folder, { engine: breaking }),
    /in epoch 3 at step 14\..*"classes\/kernel" are no longer finite/,
  );
  const { history } = await trainIn(folder);
  assert.deepEqual(lossesOf(history), lossesOf(straight.history));
});

test('saved within an epoch as often as asked, with the place in it', async () => {
  const folder = newFolder();
  let seen: string[] = [];
  await trainIn(
    folder,
    {},
    {
      onBatch: ({ epoch, images }) => {
        if (epoch === 1 && images === 32) seen = checkpoints(folder);
      },
    },
    { saveEvery: 0 },
  );
  // Its beginning and each of the three steps before has been saved, and the two newest stay.
  assert.deepEqual(seen, ['last-000003', 'last-000004']);
});

test('what a killed process left behind is taken away', async () => {
  const folder = await stopped();
  fs.mkdirSync(inRun(folder, 'checkpoints', 'last-000004.partial'));
  fs.writeFileSync(inRun(folder, 'checkpoints', 'last-000004.partial', 'weights.bin'), 'half');
  fs.mkdirSync(inRun(folder, 'checkpoints', 'best-000001.removed'));
  fs.writeFileSync(inRun(folder, 'history.json.123.partial'), '{');
  fs.symlinkSync('1:dead:abc', inRun(folder, 'lock.0123456789ab'));
  const { history } = await trainIn(folder);
  assert.deepEqual(lossesOf(history), lossesOf(straight.history));
  const left = fs.readdirSync(inRun(folder), { recursive: true }) as string[];
  assert.deepEqual(
    left.filter((name) => /partial|removed|lock/.test(name)),
    [],
  );
});

describe('a folder that cannot be written', () => {
  test('a file in its place is named before anything is trained', async () => {
    const folder = newFolder();
    fs.writeFileSync(folder, '');
    await refuses(
      trainIn(folder),
      /The run's folder .* cannot be made: a file stands where a folder has to be/,
    );
  });

  test('a full disk ends training with a clear error, and the checkpoint before it still loads', async (t) => {
    const folder = newFolder();
    if (!mountSmall(folder, t)) return;
    try {
      let filled = false;
      const fill = ({ epoch }: EpochRow): void => {
        // The first epoch is saved once the callbacks were told of it.
        if (filled || epoch === 1) return;
        filled = true;
        try {
          for (;;) fs.appendFileSync(path.join(folder, 'filler'), Buffer.alloc(1024));
        } catch {
          // Full.
        }
      };
      await refuses(
        trainIn(folder, {}, { onEpoch: fill }),
        /cannot be written: the disk is full.*ENOSPC.*still there/,
      );
      assert.deepEqual(
        checkpoints(folder).filter((name) => name.endsWith('.partial')),
        [],
      );
      fs.rmSync(path.join(folder, 'filler'));
      const { notices, history } = await trainIn(folder);
      assert.match(notices[0], /goes on from its last checkpoint: epoch 2 of 4, 0 of 36 images in/);
      assert.deepEqual(lossesOf(history), lossesOf(straight.history));
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});

/** A disk of 256 kB; false, and the test skipped, where none can be mounted. */
function mountSmall(folder: string, t: TestContext): boolean {
  fs.mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  if (status === 0) return true;
  t.skip('a small disk can only be mounted by root');
  return false;
}
