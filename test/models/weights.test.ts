import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import {
  baseline,
  importKerasWeights,
  loadModel,
  loadWeightsText,
  networks,
  saveModel,
  saveWeightsText,
  summary,
} from '../../lib/models';
import { readNpz } from '../../lib/models/weights/npz';
import { readWeightsText } from '../../lib/models/weights/text';
import { UserError } from '../../lib/runtime/errors';
import { venvDir } from '../../lib/runtime/paths';
import { tf } from '../../lib/runtime/tensorflow';
import { withoutKeras } from './keras';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weights-test-'));
after(() => {
  fs.rmSync(folder, { recursive: true });
});

const file = (name: string): string => path.join(folder, name);
const small = (seed: number): tf.LayersModel => baseline({ seed, inputShape: [8, 8, 3], width: 0.5 });

function weightsOf(model: tf.LayersModel): Record<string, number[]> {
  return Object.fromEntries(
    model.weights.map((weight) => [weight.originalName, [...weight.read().dataSync()]]),
  );
}

/** A model of two weights that are easy to read. */
function readable(): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'd', inputShape: [3], units: 2 })] });
  tf.tidy(() => {
    const kernel = tf.tensor2d([1, -0.5, 0.1, 1e-8, 16_777_216, 3.4e38], [3, 2]);
    model.setWeights([kernel, tf.tensor1d([NaN, -Infinity])]);
  });
  return model;
}

async function fails(act: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(act, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('weights.txt: the name, the shape and the values of each trainable weight', async () => {
  const model = readable();
  await saveWeightsText(model, file('readable.txt'));
  model.dispose();
  assert.equal(
    fs.readFileSync(file('readable.txt'), 'utf8'),
    [
      'd/kernel:0',
      '(3, 2)',
      '[[1.000000 -0.5000000]',
      ' [0.1000000 1.000000e-8]',
      ' [16777216 3.400000e+38]]',
      'd/bias:0',
      '(2,)',
      '[nan -inf]',
      '',
    ].join('\n'),
  );
});

test('weights.txt nests its brackets like numpy, along all axes', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'c', inputShape: [4, 4, 2], filters: 2, kernelSize: 2, useBias: false }),
    ],
  });
  model.setWeights([tf.tidy(() => tf.range(0, 16).reshape([2, 2, 2, 2]))]);
  await saveWeightsText(model, file('nested.txt'));
  model.dispose();
  const values = fs.readFileSync(file('nested.txt'), 'utf8').split('\n').slice(2);
  const short = values.map((line) => line.replaceAll('.000000', '').replaceAll('.00000', ''));
  assert.deepEqual(short, [
    '[[[[0 1]',
    '   [2 3]]',
    '  [[4 5]',
    '   [6 7]]]',
    ' [[[8 9]',
    '   [10 11]]',
    '  [[12 13]',
    '   [14 15]]]]',
    '',
  ]);
});

test('weights.txt gives back every float32, special ones included', async () => {
  const special = readable();
  await saveWeightsText(special, file('special.txt'));
  const arrays = await readWeightsText(file('special.txt'));
  const expected = weightsOf(special);
  assert.deepEqual(
    Object.fromEntries([...arrays].map(([name, { values }]) => [name, [...values]])),
    expected,
  );
  special.dispose();

  const [first, second] = [small(1), small(2)];
  await saveWeightsText(first, file('w.txt'));
  await loadWeightsText(second, file('w.txt'));
  assert.deepEqual(weightsOf(second), weightsOf(first));
  for (const model of [first, second]) model.dispose();
});

test('a weights.txt that Python wrote, with rows broken and blank lines, is read as well', async () => {
  fs.writeFileSync(
    file('python.txt'),
    'd/kernel:0\n(3, 2)\n[[ 1.  -0.5]\n [ 0.1\n   2.e-8]\n\n [-3.   4. ]]\nd/bias:0\n(2,)\n[0. 0.]\n',
  );
  const values = (await readWeightsText(file('python.txt'))).get('d/kernel')?.values ?? [];
  assert.deepEqual([...values], [1, -0.5, 0.1, 2e-8, -3, 4].map(Math.fround));
});

test('a weights.txt that is cut off or garbled says where', async () => {
  const model = readable();
  const before = weightsOf(model);
  const cases: [string, RegExp][] = [
    ['d/kernel:0\n(3, 2)\n[[1 2]\n', /ends in the middle of "d\/kernel"/],
    ['d/kernel:0\n3 by 2\n', /line 2: expected a shape such as \(5, 5, 3, 6\), found "3 by 2"/],
    ['d/kernel:0\n(3, 2)\n[[1 x]\n', /line 3: expected numbers, found "\[\[1 x\]"/],
    ['d/kernel:0\n(3, 2)\n[[1 2 3 4 5 6 7]]\n', /line 3: expected no more than 6 values/],
    ['d/kernel:0\n(3, 2)\n[[1 2 3 4 5 6]]\n', /has no "d\/bias" \(2\)/],
  ];
  for (const [text, message] of cases) {
    fs.writeFileSync(file('broken.txt'), text);
    await fails(loadWeightsText(model, file('broken.txt')), message);
  }
  assert.deepEqual(weightsOf(model), before);
  model.dispose();
});

test('weights.txt holds the weights of one moment, and leaves neither tensors nor temporary files', async () => {
  const model = small(1);
  const before = weightsOf(model);
  const tensors = tf.memory().numTensors;
  const saving = saveWeightsText(model, file('moment.txt'));
  tf.tidy(() => {
    for (const weight of model.weights) weight.write(tf.zeros(weight.shape as number[]));
  });
  await saving;
  assert.equal(tf.memory().numTensors, tensors);
  const saved = await readWeightsText(file('moment.txt'));
  assert.deepEqual([...(saved.get('hidden/kernel')?.values ?? [])], before['hidden/kernel']);
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.includes('partial')),
    [],
  );
  model.dispose();
});

test('writing that fails leaves the file as it was', async () => {
  const model = readable();
  fs.mkdirSync(file('folder/inside'), { recursive: true });
  // A folder cannot be replaced by a file: the last step fails.
  await assert.rejects(saveWeightsText(model, file('folder')));
  assert.deepEqual(fs.readdirSync(file('folder')), ['inside']);
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.includes('partial')),
    [],
  );
  model.dispose();
});

test('a network is saved in tfjs’s format and loaded again, saved over, and found damaged', async () => {
  const [first, second] = [networks.inception10.build({ seed: 1, width: 0.25 }), small(2)];
  const target = file('saved');
  await saveModel(first, target);
  const loaded = await loadModel(target);
  assert.equal(loaded.name, 'inception10');
  assert.deepEqual(weightsOf(loaded), weightsOf(first));
  assert.deepEqual(summary(loaded).rows, summary(first).rows);

  await saveModel(second, target);
  const again = await loadModel(target);
  assert.deepEqual(weightsOf(again), weightsOf(second));
  const files = fs.readdirSync(target).sort();
  assert.deepEqual([files.length, files[0]], [2, 'model.json'], 'the old weights are gone');

  const stock = await tf.loadLayersModel(`file://${target}/model.json`);
  assert.deepEqual(weightsOf(stock), weightsOf(second), 'tfjs reads it by itself');

  const weights = path.join(target, files[1]);
  fs.writeFileSync(weights, fs.readFileSync(weights).fill(0, 100, 104));
  await fails(loadModel(target), /weights-[0-9a-f]{16}\.bin is damaged/);
  await fails(loadModel(file('nowhere')), /There is no model\.json in .*nowhere/);
  for (const model of [first, second, loaded, again, stock]) model.dispose();
});

/** A zip as numpy writes it, from entries of .npy. */
function zip(entries: Record<string, Buffer>, packed = false): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const data = packed ? deflateRawSync(bytes) : bytes;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(name.length, 26);
    const extra = Buffer.alloc(20); // numpy leaves room for sizes above 4 GiB here
    header.writeUInt16LE(extra.length, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(packed ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    const body = Buffer.concat([header, Buffer.from(name), extra, data]);
    bodies.push(body);
    offset += body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

function npy(shape: readonly number[], values: readonly number[], type = '<f4', order = 'False'): Buffer {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${tuple}, }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00  ', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(Float32Array.from(values).buffer)]);
}

for (const packed of [false, true]) {
  test(`an .npz is read, ${packed ? 'deflated' : 'stored'}`, async () => {
    const entries = { 'a/kernel.npy': npy([2, 3], [1, 2, 3, 4, 5, 6]), 'a/bias.npy': npy([3], [7, 8, 9]) };
    fs.writeFileSync(file('a.npz'), zip(entries, packed));
    const arrays = await readNpz(file('a.npz'));
    assert.deepEqual([...arrays.keys()], ['a/kernel', 'a/bias']);
    assert.deepEqual(arrays.get('a/kernel'), { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
    assert.deepEqual(arrays.get('a/bias'), { shape: [3], values: Float32Array.of(7, 8, 9) });
  });
}

test('an .npz that cannot be read says why', async () => {
  const whole = zip({ 'a.npy': npy([2], [1, 2]) });
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('no zip'), /no zip file, or its end is missing/],
    [whole.subarray(0, whole.length - 30), /no zip file, or its end is missing/],
    [whole.subarray(20), /cannot be read as an \.npz/],
    [zip({ 'a.npy': npy([2], [1, 2], '<f8') }), /"a\.npy" holds numbers of type <f8, not float32/],
    [zip({ 'a.npy': npy([2], [1, 2], '<f4', 'True') }), /column-major/],
    [zip({ 'a.npy': npy([3], [1, 2]) }), /"a\.npy" has 8 bytes of data/],
    [zip({ 'a.npy': Buffer.from('text') }), /"a\.npy" is no \.npy array/],
  ];
  for (const [bytes, message] of cases) {
    fs.writeFileSync(file('bad.npz'), bytes);
    await fails(readNpz(file('bad.npz')), message);
  }
});

test('weights that do not fit are refused by name and shape, and nothing is half-loaded', async () => {
  const model = readable();
  const before = weightsOf(model);
  const kernel = npy([3, 2], [1, 2, 3, 4, 5, 6]);
  const bias = npy([2], [1, 2]);
  const cases: [Record<string, Buffer>, RegExp][] = [
    [{ 'd/kernel.npy': kernel }, /x\.npz has no "d\/bias" \(2\), which "\S+" needs/],
    [{ 'd/kernel.npy': kernel, 'd/bias.npy': npy([3], [1, 2, 3]) }, /"d\/bias" is 3 in .*, but 2 in/],
    [
      { 'd/kernel.npy': npy([2, 3], [1, 2, 3, 4, 5, 6]), 'd/bias.npy': bias },
      /"d\/kernel" is 2×3 in .*x\.npz, but 3×2 in/,
    ],
    [
      { 'd/kernel.npy': kernel, 'd/bias.npy': bias, 'e/bias.npy': bias },
      /holds "e\/bias" \(2\), for which "\S+" has no place/,
    ],
  ];
  for (const [entries, message] of cases) {
    fs.writeFileSync(file('x.npz'), zip(entries));
    await fails(importKerasWeights(model, file('x.npz')), message);
  }
  assert.deepEqual(weightsOf(model), before);

  fs.writeFileSync(file('x.npz'), zip({ 'd/kernel.npy': kernel, 'd/bias.npy': bias }));
  await importKerasWeights(model, file('x.npz'));
  assert.deepEqual(weightsOf(model), { 'd/kernel': [1, 2, 3, 4, 5, 6], 'd/bias': [1, 2] });
  model.dispose();
});

test('a file that is not there, or of another kind, is refused', async () => {
  const model = readable();
  await fails(importKerasWeights(model, file('none.npz')), /There is no file .*none\.npz/);
  await fails(importKerasWeights(model, file('none.keras')), /There is no file .*none\.keras|npm run setup/);
  await fails(importKerasWeights(model, file('w.txt')), /takes a \.keras, \.h5 or \.npz/);
  model.dispose();
});

test('whole Keras models are read, .keras and .h5', { skip: withoutKeras }, async () => {
  const program = [
    'import sys, keras',
    'd = keras.layers.Dense(2, name="d", bias_initializer="ones")',
    'model = keras.Sequential([keras.Input((3,)), d])',
    'd.kernel.assign([[1, 2], [3, 4], [5, 6]])',
    'model.save(sys.argv[1]); model.save(sys.argv[2])',
  ].join('\n');
  const python = path.join(venvDir, 'bin', 'python');
  await promisify(execFile)(python, ['-c', program, file('k.keras'), file('k.h5')]);
  for (const name of ['k.keras', 'k.h5']) {
    const model = readable();
    await importKerasWeights(model, file(name));
    assert.deepEqual(weightsOf(model), { 'd/kernel': [1, 2, 3, 4, 5, 6], 'd/bias': [1, 1] }, name);
    model.dispose();
  }
  fs.writeFileSync(file('bad.keras'), 'no model');
  await fails(importKerasWeights(readable(), file('bad.keras')), /Keras cannot read .*bad\.keras: \w/);
});
