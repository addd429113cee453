/**
 * Networks for other programs, and from them. Python loads what was written and compares: scripts/keras/write_model.py. ONNX
 * and networks of full size are `npm run stress:save`.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadDataset, Random } from '../../lib/data';
import { noteTrainedWith, trainedWith } from '../../lib/evaluate/trained-with';
import { fromKeras, saveAs, type SavedFormat } from '../../lib/exchange';
import { modelOf } from '../../lib/exchange/from-keras';
import type { DescribedNetwork } from '../../lib/exchange/description';
import { type PythonFormat, writeJob } from '../../lib/exchange/job';
import { preprocessingOf } from '../../lib/exchange/preprocessing';
import { runScript } from '../../lib/exchange/python';
import { placed } from '../../lib/exchange/target';
import { describeForKeras } from '../../lib/exchange/to-keras';
import { buildFromKeras } from '../../lib/exchange/to-tfjs';
import { networks, type NetworkName } from '../../lib/models';
import { adam, crossEntropy } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, train } from '../../lib/train';
import { pythonProgram } from '../../lib/runtime/python';
import { KerasReference, withoutKeras } from '../models/keras';

const tolerance = 1e-5;
const normalisation = { mean: [0.49, 0.48, 0.45], deviation: [0.25, 0.24, 0.26] };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exchange-test-'));
after(() => {
  fs.rmSync(folder, { recursive: true });
});

const inFolder = (...names: readonly string[]): string => path.join(folder, ...names);

type BatchNorm = tf.layers.Layer & { momentum: number };

/** A narrow network whose answers differ from image to image: biases and moving statistics are no longer at their start. */
function stirred(network: NetworkName, { logits = false } = {}): tf.LayersModel {
  const model = networks[network].build({ width: 0.125, seed: 1, dropout: 0, logits });
  const random = new Random(2);
  for (const weight of model.trainableWeights) {
    if (weight.shape.length > 1) continue;
    const moved = weight
      .read()
      .dataSync<'float32'>()
      .map((value) => value + random.between(-0.1, 0.1));
    weight.write(tf.tensor1d(moved));
  }
  const norms = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization') as BatchNorm[];
  const momenta = norms.map(({ momentum }) => momentum);
  for (const norm of norms) norm.momentum = 0;
  tf.tidy(() => {
    model.apply(tf.randomUniform([16, 32, 32, 3], -2, 2, 'float32', 1), { training: true });
  });
  norms.forEach((norm, i) => (norm.momentum = momenta[i]));
  noteTrainedWith(model, { normalisation, loss: crossEntropy({ fromLogits: logits }) });
  return model;
}

/** Writes what Python is to make of models, and has it done, by one process for all. @returns a folder for each */
async function writtenBy(
  jobs: readonly { readonly name: string; readonly to: PythonFormat; readonly model: tf.LayersModel }[],
): Promise<void> {
  const places: string[] = [];
  for (const { name, to, model } of jobs) {
    const place = inFolder(name);
    fs.mkdirSync(place);
    await writeJob(place, model, to, to === 'keras' ? 'made.keras' : 'made', preprocessingOf(model));
    places.push(place);
  }
  assert.equal(await runScript(pythonProgram('python'), 'write_model.py', places), undefined);
}

/** Python's outputs are the library's, which differ from image to image. */
function expectSameOutputs(name: string): void {
  const text = fs.readFileSync(inFolder(name, 'result.json'), 'utf8');
  const { difference } = JSON.parse(text) as { difference: number };
  assert.ok(difference <= tolerance, `outputs are off by ${difference}`);
  const bytes = fs.readFileSync(inFolder(name, 'outputs.bin'));
  expectSpread(new Float32Array(Uint8Array.from(bytes).buffer));
}

const names = Object.keys(networks) as NetworkName[];
const formats = ['keras', 'savedmodel'] as const;

/** Models that Keras makes, and the kind of file that it writes. */
const theirs = { mobilenet: 'keras', sequential: 'h5', gated: 'keras', shared: 'keras' } as const;

/** Answers to two images differ by so much that a wrong layer would show. */
function expectSpread(outputs: Float32Array, classes = 10): void {
  const differences = outputs.map((value, i) => Math.abs(value - outputs[i % classes]));
  const spread = differences.reduce((most, each) => Math.max(most, each), 0);
  assert.ok(spread > 50 * tolerance, `the comparison would show little: outputs differ by ${spread}`);
}

function left(prefix: string): string[] {
  return fs.readdirSync(folder).filter((name) => name.startsWith(prefix));
}

describe('with Keras and TensorFlow Serving', { skip: withoutKeras }, () => {
  const keras = new KerasReference<{ id: string; ending: string }>('exchange_models.py');
  const made = (id: string, ending: string): string =>
    path.join(path.dirname(keras.weightsFile(id)), `${id}${ending}`);
  const models: { readonly name: string; readonly model: tf.LayersModel }[] = [];
  const find = (name: string): (typeof models)[number] => models.find((each) => each.name === name)!;

  before(async () => {
    const files = { ...theirs, own: 'keras' };
    await keras.run(Object.entries(files).map(([id, ending]) => ({ id, ending })));
    // Logits once: a SavedModel makes probabilities of them.
    for (const name of names) models.push({ name, model: stirred(name, { logits: name === 'baseline' }) });
    for (const name of Object.keys(theirs)) {
      const parts = { network: made(name, '-network.json'), weights: made(name, '-weights.npz') };
      models.push({ name, model: await modelOf(parts, name) });
    }
    await writtenBy(
      models.flatMap(({ name, model }) =>
        formats
          .filter((to) => to === 'keras' || !(name in theirs))
          .map((to) => ({ name: `${name}-${to}`, to, model })),
      ),
    );
  });
  after(() => {
    keras.dispose();
    for (const { model } of models) model.dispose();
  });

  for (const name of names) {
    for (const to of formats) {
      test(`${name} as ${to}: the same outputs`, () => {
        expectSameOutputs(`${name}-${to}`);
      });
    }
  }

  test('saved over only if asked to, and with the normalisation beside it, which comes back', async () => {
    const model = stirred('lenet5');
    const out = inFolder('there.keras');
    const classNames = Array.from('abcdefghij');
    fs.writeFileSync(out, 'mine');
    await assert.rejects(saveAs(model, 'keras', { out }), /there\.keras is there already.*--overwrite/);
    assert.equal(fs.readFileSync(out, 'utf8'), 'mine');
    const saved = await saveAs(model, 'keras', { out, overwrite: true, classNames });
    assert.ok(saved.difference !== null && saved.difference <= tolerance);
    assert.deepEqual(left('there'), ['there.keras', 'there.keras.json']);

    const back = await fromKeras(out);
    assert.deepEqual(trainedWith(back).normalisation, normalisation);
    const images = tf.randomUniform([4, 32, 32, 3], 0, 1, 'float32', 3);
    const [ours, theirs] = [model, back].map((each) => (each.predict(images) as tf.Tensor).dataSync());
    assert.deepEqual(theirs, ours);
  });

  const expectSameAnswers = async (id: string, model: tf.LayersModel): Promise<void> => {
    const step = await keras.step(id);
    const [images, expected] = [step.get('images')!, step.get('probabilities')!.values];
    const found = tf.tidy(() =>
      (model.predict(tf.tensor(images.values, [...images.shape])) as tf.Tensor).dataSync<'float32'>(),
    );
    expectSpread(expected);
    const off = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
    assert.ok(off <= tolerance, `probabilities are off by ${off}`);
  };

  for (const [name, ending] of Object.entries(theirs)) {
    test(`Keras’s ${name}, a .${ending}, comes in with the same probabilities, and goes back`, async () => {
      await expectSameAnswers(name, find(name).model);
      expectSameOutputs(`${name}-keras`);
    });
  }

  test('Keras’s MobileNet learns in the graph engine', async () => {
    const { model } = find('mobilenet');
    const dataset = await loadDataset({ source: 'sample', trainLimit: 256, testLimit: 10 });
    const { epochs } = await train(model, dataset, {
      ...{ engine: graphEngine, validation: 'none', epochs: 8, batchSize: 32, seed: 1 },
      optimizer: adam({ learningRate: 0.003 }),
    });
    const losses = epochs.map(({ loss }) => loss);
    assert.ok(losses.every(Number.isFinite), `the losses are ${losses.join(', ')}`);
    assert.ok(losses[7] < 0.95 * losses[0], `the losses do not fall: ${losses.join(', ')}`);
  });

  test('a layer of a user’s own is refused by its name', () => {
    const problem = fs.readFileSync(made('own', '-problem.txt'), 'utf8');
    assert.match(problem, /layer "twice", a Doubled, is none of Keras's own/);
  });
});

/** A network of one layer between input and output, as Keras describes it. */
function ofOneLayer(type: string, settings: object): DescribedNetwork {
  const input = { name: 'image', type: 'InputLayer', calls: [] };
  return {
    ...{ name: 'small', kind: 'Functional', inputs: [['image', 0, 0]], outputs: [['only', 0, 0]] },
    layers: [
      { ...input, settings: { batch_shape: [null, 8, 8, 4], dtype: 'float32' } },
      { name: 'only', type, settings: { ...settings }, calls: [[['image', 0, 0]]] },
    ],
  };
}

test('what tfjs lacks is refused, with what it has', async () => {
  const refused = (type: string, settings: object, message: RegExp): Promise<void> =>
    assert.rejects(buildFromKeras(ofOneLayer(type, settings)), message);
  await refused(
    'GroupNormalization',
    {},
    /"only" of "small", a GroupNormalization.*Known are: Activation, Add/,
  );
  await refused(
    'Conv2D',
    { filters: 2, kernel_size: [1, 1], groups: 2 },
    /the groups 2 in Keras; in tfjs .* always 1/,
  );
  await refused(
    'Activation',
    { activation: 'hard_sigmoid' },
    /the activation "hard_sigmoid"; known are: linear, relu/,
  );
  await refused('ReLU', { max_value: null, negative_slope: 0.1 }, /the negative_slope 0\.1 in Keras/);
  await refused(
    'BatchNormalization',
    { axis: -1, renorm: true },
    /the renorm true in Keras; in tfjs it is always off/,
  );
  await refused(
    'Dense',
    { units: 2, kernel_regularizer: { class_name: 'Orthogonal', config: {} } },
    /the kernel_regularizer Orthogonal; known are: L1, L2, L1L2/,
  );
});

test('what Keras lacks is refused, with what it has', () => {
  const model = tf.sequential({
    name: 'old',
    layers: [tf.layers.thresholdedReLU({ theta: 1, name: 'cut', inputShape: [3] })],
  });
  assert.throws(
    () => describeForKeras(model),
    /"cut" of "old", a ThresholdedReLU, is none .* share\. Known are: Activation/,
  );
});

test('settings come through: to Keras and back they are the same', async () => {
  const settings = {
    ...{ filters: 3, kernel_size: [3, 2], strides: [2, 1], padding: 'same', data_format: 'channels_last' },
    ...{ dilation_rate: [1, 1], activation: 'silu', use_bias: false, activity_regularizer: null },
    kernel_regularizer: {
      module: 'keras.regularizers',
      class_name: 'L1L2',
      config: { l1: 0, l2: 0.5 },
      registered_name: null,
    },
    kernel_constraint: {
      module: 'keras.constraints',
      class_name: 'MaxNorm',
      config: { max_value: 2, axis: 0 },
      registered_name: null,
    },
    trainable: false,
  };
  const model = await buildFromKeras(ofOneLayer('Conv2D', settings));
  const [, only] = describeForKeras(model).layers;
  const shared = Object.fromEntries(Object.keys(settings).map((key) => [key, only.settings[key]]));
  assert.deepEqual(shared, settings);
});

test('a format that there is not, a wrong ending, and wrong class names are refused', async () => {
  const model = networks.lenet5.build({ width: 0.1 });
  await assert.rejects(
    saveAs(model, 'pickle' as SavedFormat),
    /no format "pickle".*keras, savedmodel, tfjs, onnx/,
  );
  await assert.rejects(
    saveAs(model, 'keras', { out: inFolder('x.h5') }),
    /x\.h5 is no name for keras.*\.keras/,
  );
  const classNames = ['cat', 'dog'];
  await assert.rejects(
    saveAs(model, 'tfjs', { out: inFolder('x'), classNames }),
    /tells 10 classes apart; expected 2/,
  );
  await assert.rejects(fromKeras(inFolder('none.keras')), /There is no file .*none\.keras/);
  assert.deepEqual(left('x'), []);
});

test('tfjs: any tfjs loads it, and the JSON beside it tells of its images', async () => {
  const model = stirred('inception10');
  const out = inFolder('browser');
  await saveAs(model, 'tfjs', { out, classNames: Array.from('abcdefghij') });
  const loaded = await tf.loadLayersModel(`file://${out}/model.json`);
  const images = tf.randomUniform([2, 32, 32, 3], 0, 1, 'float32', 1);
  const [ours, theirs] = [model, loaded].map((each) => (each.predict(images) as tf.Tensor).dataSync());
  assert.deepEqual(theirs, ours);
  const facts = JSON.parse(fs.readFileSync(path.join(out, 'preprocessing.json'), 'utf8')) as object;
  assert.deepEqual(
    { ...facts, how: '' },
    {
      ...{ how: '', imageShape: [32, 32, 3], ...normalisation, logits: false },
      classNames: Array.from('abcdefghij'),
    },
  );
});

test('of a network that was never trained here, nothing is said of its images', async () => {
  const out = inFolder('untrained');
  const { preprocessing } = await saveAs(networks.lenet5.build({ width: 0.2 }), 'tfjs', { out });
  assert.equal(preprocessing, null);
  assert.ok(!fs.existsSync(path.join(out, 'preprocessing.json')));
});

test('what fails leaves the target as it was, and nothing beside it', async () => {
  const target = inFolder('kept', 'network');
  fs.mkdirSync(target, { recursive: true });
  fs.writeFileSync(path.join(target, 'old'), 'old');
  const write = (folder: string): Promise<never> => {
    fs.writeFileSync(path.join(folder, 'half'), 'half');
    return Promise.reject(new Error('the disk is full'));
  };
  await assert.rejects(placed(target, true, write), /the disk is full/);
  assert.deepEqual(fs.readdirSync(inFolder('kept')), ['network']);
  assert.deepEqual(fs.readdirSync(target), ['old']);
});
