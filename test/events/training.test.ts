/** What a training writes for TensorBoard, as TensorBoard's own reader finds it. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { before, describe, test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { keyed } from '../../lib/models/weights/keys';
import { adam, cosine, preciseStatistics, standardAugmentation } from '../../lib/recipe';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import type { History } from '../../lib/runs';
import { packRun, unpackRun } from '../../lib/runs/carried';
import { tensorBoard } from '../../lib/events';
import { bucketsOf } from '../../lib/events/histogram';
import { mistakesPicture } from '../../lib/events/pictures';
import { graphEngine, tfjsEngine, train, type TrainOptions } from '../../lib/train';
import { says, noiseDataset, smallModel, temporaryFolder } from '../train/fixtures';
import { readAll, type Found } from './reader';

const folder = temporaryFolder('tensorboard-');
const dataset = noiseDataset({ train: 100, test: 20 });

const options: TrainOptions = {
  epochs: 4,
  batchSize: 8,
  optimizer: adam({ learningRate: 0.01 }),
  schedule: cosine(),
  validation: { split: 0.2 },
  onNotice: () => undefined,
};

const engines = { graph: graphEngine, tfjs: tfjsEngine };

interface Once extends TrainOptions {
  /** Interrupted after so many images of that epoch; by default never. */
  readonly stop?: { readonly epoch: number; readonly images: number };
  readonly evaluated?: boolean;
  /** Without a word to TensorBoard. */
  readonly silent?: boolean;
}

/** The last weights of each run, by their names. */
const weights = new Map<string, ReadonlyMap<string, Float32Array>>();

async function once(name: string, { stop, evaluated, silent = false, ...more }: Once = {}): Promise<History> {
  const model = smallModel();
  const board = tensorBoard();
  const interrupt = {
    onBatch: ({ epoch, images }: { epoch: number; images: number }) => {
      if (epoch === stop?.epoch && images >= stop.images) requestInterrupt();
    },
  };
  const run = { name, folder };
  const history = await train(model, dataset, {
    ...options,
    run,
    callbacks: silent ? [interrupt] : [board, interrupt],
    ...more,
  });
  assert.equal(history.interrupted, stop !== undefined);
  weights.set(
    name,
    new Map(keyed(model).map(({ key, weight }) => [key, weight.read().dataSync<'float32'>().slice()])),
  );
  if (evaluated) await evaluate(model, dataset, { run, callbacks: [board], views: 'mirror' });
  model.dispose();
  return history;
}

/** A series as the history has it, in the float32 of event files. */
function series(
  { epochs }: History,
  of: (row: History['epochs'][number]) => number | null,
): (readonly [number, number])[] {
  return epochs.flatMap((row) => {
    const value = of(row);
    return value === null ? [] : [[row.epoch, Math.fround(value)] as const];
  });
}

/** That the events of a run are its history, each epoch once, in order. */
function assertIsHistory(found: Readonly<Record<string, Found>>, name: string, history: History): void {
  assert.deepEqual(found[`${name}/train`].scalars, {
    loss: series(history, ({ loss }) => loss),
    accuracy: series(history, ({ accuracy }) => accuracy),
    top5: series(history, ({ top5 }) => top5),
  });
  assert.deepEqual(found[`${name}/validation`].scalars, {
    loss: series(history, ({ valLoss }) => valLoss),
    accuracy: series(history, ({ valAccuracy }) => valAccuracy),
    top5: series(history, ({ valTop5 }) => valTop5),
  });
  assert.deepEqual(found[name].scalars, {
    'learning rate': series(history, ({ learningRate }) => learningRate),
  });
}

const stepsOf = (found: Found): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(found.histograms).map(([tag, points]) => [tag, points.map(([step]) => step)]),
  );

function filesBelow(name: string): Record<string, string> {
  const names = fs.readdirSync(path.join(folder, name), { recursive: true }).map(String);
  const events = names.filter((each) => path.basename(each).startsWith('events')).sort();
  return Object.fromEntries(
    events.map((each) => [each, fs.readFileSync(path.join(folder, name, each)).toString('hex')]),
  );
}

void describe('what TensorBoard reads', () => {
  const histories = new Map<string, History>();
  let found: Readonly<Record<string, Found>>;
  let loaded: { readonly before: object; readonly after: object };

  before(async () => {
    for (const [engineName, engine] of Object.entries(engines)) {
      const straight = `${engineName}-straight`;
      histories.set(straight, await once(straight, { engine, evaluated: true }));
      const name = `${engineName}-stopped`;
      // In the middle of an epoch; then without TensorBoard; in a validation, after which the epoch is told of again.
      await once(name, { engine, stop: { epoch: 2, images: 40 } });
      await once(name, { engine, stop: { epoch: 3, images: 8 }, silent: true });
      await once(name, { engine, stop: { epoch: 3, images: 80 } });
      histories.set(name, await once(name, { engine }));
    }
    const before = filesBelow('graph-straight');
    await once('graph-straight');
    loaded = { before, after: filesBelow('graph-straight') };

    // Trained without; then for more epochs with it, twice, and tested again.
    await once('late', { epochs: 1, schedule: undefined, silent: true });
    await once('late', { epochs: 2, schedule: undefined });
    histories.set('late', await once('late', { epochs: 3, schedule: undefined, evaluated: true }));
    await once('late', { epochs: 3, schedule: undefined, evaluated: true });

    const best: TrainOptions = { keep: 'best', preciseStatistics: preciseStatistics({ batches: 2 }) };
    histories.set('best', await once('best', { ...best, augmentation: standardAugmentation }));

    await once('interrupted', { stop: { epoch: 3, images: 8 } });
    histories.set(
      'interrupted',
      JSON.parse(fs.readFileSync(path.join(folder, 'interrupted/history.json'), 'utf8')) as History,
    );
    await packRun(path.join(folder, 'interrupted'), path.join(folder, 'packed'), { slots: true });
    await unpackRun(path.join(folder, 'packed'), 'interrupted', path.join(folder, 'elsewhere'));

    const model = smallModel();
    const place = path.join(folder, 'no-run');
    const board = tensorBoard({ folder: place, histograms: 0 });
    // Another training's events in the same folder give way.
    await train(model, dataset, { ...options, epochs: 2, seed: 5, callbacks: [board] });
    histories.set('no-run', await train(model, dataset, { ...options, epochs: 1, callbacks: [board] }));
    await evaluate(model, dataset, { callbacks: [board] });
    model.dispose();

    found = readAll(folder);
  });

  test('the values of the history, whatever stopped the run, with both engines', () => {
    for (const [name, history] of histories) {
      assert.ok(history.epochs.length > 0);
      assertIsHistory(found, name, history);
    }
  });

  test('histograms of all weights, before the first epoch and after each, once', () => {
    for (const engine of Object.keys(engines)) {
      const steps = stepsOf(found[`${engine}-straight`]);
      assert.deepEqual(Object.keys(steps).sort(), [...weights.get(`${engine}-straight`)!.keys()].sort());
      Object.values(steps).forEach((each) => {
        assert.deepEqual(each, [0, 1, 2, 3, 4]);
      });
      // The second epoch ended without TensorBoard: nobody has its weights any more.
      assert.deepEqual(stepsOf(found[`${engine}-stopped`])['conv/kernel'], [0, 1, 3, 4]);
    }
    assert.deepEqual(stepsOf(found['no-run']), {});
  });

  test('the weights of that moment, statistics taken anew included', () => {
    for (const name of ['graph-straight', 'tfjs-straight', 'best']) {
      const epoch = histories.get(name)!.weightsOf;
      for (const [key, values] of weights.get(name)!) {
        const [, rows] = found[name].histograms[key].find(([step]) => step === epoch)!;
        assert.deepEqual(rows.flat(), [...bucketsOf(values)], `${name}, ${key}`);
      }
    }
  });

  test('mistakes on grey images are grey', async () => {
    const { default: sharp } = await import('sharp');
    const [count, size] = [2, 64];
    const black = { images: new Uint8Array(count * size), labels: Uint8Array.of(0, 1), count };
    const colours = async (channels: 1 | 3): Promise<Buffer> => {
      const set = { ...black, images: new Uint8Array(count * size * channels).fill(90) };
      const picture = await mistakesPicture({
        ...{ set, indices: Uint32Array.of(0, 1), on: 'test' },
        dataset: { classNames: ['a', 'b'], imageShape: [8, 8, channels] },
        measured: {
          ...{ loss: 1, accuracy: 0, top5: 1 },
          ...{ predictions: Int32Array.of(1, 0), confidences: Float32Array.of(0.9, 0.8) },
        },
      });
      return (await sharp(Buffer.from(picture.png)).raw().toBuffer()) as Buffer;
    };
    assert.deepEqual(await colours(1), await colours(3));
  });

  test('confusion matrices and mistakes as pictures, of the epoch whose weights the network has', async () => {
    const { default: sharp } = await import('sharp');
    for (const name of ['graph-straight', 'tfjs-straight', 'late']) {
      const tags = ['confusion matrix', 'mistakes'].flatMap((tag) => [`${tag}/test`, `${tag}/validation`]);
      assert.deepEqual(Object.keys(found[name].images).sort(), tags);
      for (const [tag, points] of Object.entries(found[name].images)) {
        const steps =
          name === 'late' && tag.endsWith('/validation') ? [2, 3] : [histories.get(name)!.weightsOf];
        assert.deepEqual(
          points.map(({ step }) => step),
          steps,
        );
        const { format, width, height } = await sharp(Buffer.from(points[0].png, 'hex')).metadata();
        assert.deepEqual(
          { format, width, height },
          { format: 'png', width: points[0].width, height: points[0].height },
        );
      }
    }
    const [{ step }] = found.best.images['confusion matrix/validation'];
    assert.equal(step, histories.get('best')!.weightsOf);
  });

  test('the result on the test images', () => {
    const stored = JSON.parse(fs.readFileSync(path.join(folder, 'late/test.json'), 'utf8')) as {
      accuracy: number;
      loss: number;
      top5: number;
      views: { accuracy: number };
    };
    const at = (value: number): number[][] => [[3, Math.fround(value)]];
    assert.deepEqual(found['late/test'].scalars, {
      loss: at(stored.loss),
      accuracy: at(stored.accuracy),
      top5: at(stored.top5),
      'accuracy with mirror': at(stored.views.accuracy),
    });
    assert.equal(found['no-run/test'].scalars.accuracy[0][0], 1);
  });

  test('the network, layer by layer', () => {
    const { graph } = found['graph-straight'];
    const names = [
      'conv_input',
      'conv',
      'bn',
      'relu',
      'pool',
      'drop_conv',
      'flatten',
      'hidden',
      'drop_hidden',
      'classes',
    ];
    assert.deepEqual(
      graph.map(({ name }) => name),
      names.filter((name) => graph.some((node) => node.name === name)),
    );
    const [classes] = graph.slice(-1);
    assert.deepEqual([classes.name, classes.op, classes.shape], ['classes', 'Dense', [-1, 3]]);
    graph.slice(1).forEach(({ inputs }, i) => {
      assert.deepEqual(inputs, [graph[i].name]);
    });
  });

  test('hyperparameters, and which runs are done', () => {
    const { group, values } = found.best.hyperparameters!;
    assert.equal(group, 'best');
    const expected = {
      network: 'Baseline',
      dataset: 'noise',
      engine: 'graph',
      epochs: 4,
      batchSize: 8,
      optimizer: 'adam',
      'optimizer.learningRate': 0.01,
      schedule: 'cosine',
      'validation.split': 0.2,
      augmentation: 'crop and flip',
      'augmentation.crop': standardAugmentation.crop,
      'preciseStatistics.batches': 2,
      normalisation: 'none',
      keep: 'best',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, values[key]])), expected);
    assert.equal('augmentation.crop' in found.late.hyperparameters!.values, false);
    assert.equal(found.late.hyperparameters!.values.epochs, 3, 'those of before it was given more');
    const ended = [...histories.keys()].filter((name) => found[name].ended);
    assert.deepEqual(
      ended,
      [...histories.keys()].filter((name) => name !== 'interrupted'),
    );
  });

  test('a finished run that is only loaded keeps its files as they are', () => {
    assert.deepEqual(loaded.after, loaded.before);
  });

  test('a run that is carried to another machine has its events with it', () => {
    for (const name of ['interrupted', 'interrupted/train', 'interrupted/validation']) {
      assert.deepEqual(found[`elsewhere/${name}`], found[name]);
    }
  });
});

test('options out of their range are refused', () => {
  assert.throws(
    () => tensorBoard({ histograms: -1 }),
    says(/histograms is -1, but has to be a whole number of at least 0/),
  );
});
