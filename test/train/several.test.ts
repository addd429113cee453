/** Arrays beside the images, and networks with several outputs, through `train`, runs and `evaluate`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withInputs, type Dataset, type ImageInputs } from '../../lib/data';
import { Random } from '../../lib/data/random';
import { takeSubset } from '../../lib/data/subset';
import { evaluate } from '../../lib/evaluate';
import { sgd } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, train, type TrainOptions } from '../../lib/train';
import type { History } from '../../lib/runs';
import { examples, runExample } from '../docs/examples';
import { facts, severalModels } from '../graph/several';
import { lossesOf, noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('several-');
const images = noiseDataset({ train: 60, test: 30 });

/** What the images, which are noise, do not tell: the class. */
function tellingFacts(labels: Uint8Array, shift = 0): ImageInputs {
  const random = new Random(1);
  const values = Float32Array.from({ length: labels.length * facts }, (_, i) => {
    const told = i % facts === labels[Math.floor(i / facts)] ? 2 : 0;
    return told + shift + random.between(-0.5, 0.5);
  });
  return { facts: { shape: [facts], values } };
}

const tell = (shift = 0): Dataset =>
  withInputs(images, {
    train: tellingFacts(images.train.labels, shift),
    test: tellingFacts(images.test.labels, shift),
  });
const dataset = tell();

const options: TrainOptions = {
  epochs: 8,
  batchSize: 10,
  optimizer: sgd({ learningRate: 0.3 }),
  augmentation: { crop: 1, flip: true, cutout: 0 },
  onNotice: () => undefined,
};

function seeded(model: tf.LayersModel): tf.LayersModel {
  const random = new Random(7);
  for (const weight of model.trainableWeights) {
    const shape = weight.shape as number[];
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      random.between(-0.2, 0.2),
    );
    weight.write(tf.tensor(values, shape));
  }
  return model;
}

/** A linear classifier of an image and of another input. */
function linear(name: string, size: number): tf.LayersModel {
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const other = tf.input({ shape: [size], name });
  const flat = tf.layers.flatten().apply(image) as tf.SymbolicTensor;
  const both = tf.layers.concatenate().apply([flat, other]);
  const classes = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(both) as tf.SymbolicTensor;
  return seeded(tf.model({ name: 'two', inputs: [other, image], outputs: classes }));
}

test('both engines train on arrays beside the images, alike; evaluate and validation feed them', async () => {
  const found: number[][] = [];
  for (const engine of [graphEngine, tfjsEngine]) {
    const model = linear('facts', facts);
    const history = await train(model, dataset, { ...options, engine, validation: 'test' });
    found.push(lossesOf(history));
    const { accuracy, loss } = await evaluate(model, dataset);
    const [last] = history.epochs.slice(-1);
    assert.ok(accuracy > 0.8, `${engine.name} learns nothing from them: ${accuracy}`);
    assert.ok(Math.abs(loss - (last.valLoss ?? NaN)) < 1e-5);
    model.dispose();
  }
  found[0].forEach((loss, i) => {
    assert.ok(Math.abs(loss - found[1][i]) < 1e-3, `loss ${i}: ${loss} and ${found[1][i]}`);
  });
});

test('the order of the arrays is that of the images, in subsets too', () => {
  const { train: whole } = dataset;
  const subset = takeSubset(whole, Uint32Array.of(7, 2));
  const of = (set: typeof whole, i: number): number[] => [
    ...(set.inputs?.['facts'].values.subarray(i * facts, (i + 1) * facts) ?? []),
  ];
  assert.deepEqual([of(subset, 0), of(subset, 1)], [of(whole, 7), of(whole, 2)]);
});

test('what arrays a dataset may have', () => {
  const { train: trainInputs, test: testInputs } = { train: tellingFacts(images.train.labels), test: {} };
  const give = (one: ImageInputs, other: ImageInputs) => () =>
    withInputs(images, { train: one, test: other });
  assert.throws(give(trainInputs, testInputs), /training images have the inputs facts \[5\], .* none\. /);
  const short = { facts: { shape: [facts], values: new Float32Array(7) } };
  assert.throws(give(short, short), /train\.facts\.values has 7 numbers; expected 300: \[5\] for each of 60/);
  const odd = { facts: { shape: [0], values: new Float32Array(0) } };
  assert.throws(give(odd, odd), /train\.facts\.shape is \[?0/);
  const broken = { facts: { shape: [1], values: new Float32Array(60).fill(NaN) } };
  assert.throws(give(broken, broken), /train\.facts\.values\[0\] is NaN, .* a finite number/);
});

test('a model finds its inputs by name and shape, or is refused with both lists', async () => {
  const unknown = linear('size', 5);
  await assert.rejects(
    train(unknown, dataset, options),
    /"two" has the inputs "size" \[5\], "image" \[8, 8, 3\], and beside the images the dataset has "facts" \[5\]/,
  );
  await assert.rejects(
    train(linear('facts', 4), dataset, options),
    /"facts" of "two" takes \[4\] .* has \[5\]/,
  );
  const mixing = { ...options, augmentation: { crop: 0, flip: false, cutout: 0, mixup: 0.2 } };
  await assert.rejects(train(linear('facts', 5), dataset, mixing), /mixup and cutmix mix images alone/);
  // A network that takes images alone leaves the arrays out.
  const plain = smallModel();
  await train(plain, dataset, { ...options, epochs: 1 });
  await assert.rejects(evaluate(unknown, dataset, { views: 'mirror' }), /"two" has the inputs/);
});

test('a run with several inputs and outputs is resumed exactly, with the same arrays and weights alone', async () => {
  const run = { name: 'several', folder };
  const weighted: TrainOptions = { ...options, epochs: 2, outputWeights: { auxiliary: 0.3 } };
  const straight = seeded(severalModels.plain(3));
  const history = await train(straight, dataset, weighted);
  assert.deepEqual(history.recipe.outputWeights, [1, 0.3]);

  const first = seeded(severalModels.plain(3));
  const stopped = await train(first, dataset, {
    ...weighted,
    run,
    callbacks: [{ onEpoch: () => Promise.reject(new Error('pulled the plug')) }],
  }).catch(String);
  assert.equal(stopped, 'Error: pulled the plug');
  const resumed = severalModels.plain(3);
  await train(resumed, dataset, { ...weighted, run });
  resumed.weights.forEach((weight, i) => {
    assert.deepEqual(weight.read().dataSync(), straight.weights[i].read().dataSync(), weight.originalName);
  });

  await assert.rejects(train(resumed, tell(1), { ...weighted, run }), /other options:\n {2}dataset\.digest/);
  await assert.rejects(
    train(resumed, dataset, { ...weighted, run, outputWeights: [1, 0.5] }),
    /recipe\.outputWeights: \[1,0\.3\] there, \[1,0\.5\] here/,
  );
  // Measured as it was trained: both losses, the second one for its share.
  const { loss } = await evaluate(resumed, dataset);
  const heads = resumed.outputs.map((output) => tf.model({ inputs: resumed.inputs, outputs: output }));
  const [main, auxiliary] = await Promise.all(heads.map((head) => evaluate(head, dataset)));
  assert.ok(main.penalty !== undefined && main.penalty > 0 && auxiliary.penalty === 0);
  const expected = main.loss + 0.3 * auxiliary.loss;
  assert.ok(Math.abs(loss / expected - 1) < 1e-5, `${loss}, not ${expected}`);
});

test('weights of outputs: by name or one for each; tfjs has none', async () => {
  const model = seeded(severalModels.plain(3));
  const refused = (outputWeights: TrainOptions['outputWeights'], message: RegExp): Promise<void> =>
    assert.rejects(train(model, dataset, { ...options, outputWeights }), message);
  await refused({ other: 1 }, /names "other", but the outputs of "plain" are "main", "auxiliary"/);
  await refused([1], /has 1 numbers, but the outputs of "plain" are/);
  await refused([1, -1], /outputWeights is .*at least 0/);
  await assert.rejects(
    train(model, dataset, { ...options, engine: tfjsEngine }),
    /The engine "tfjs" has no training of several outputs \(the model has 2\)/,
  );
  await assert.rejects(
    train(severalModels.plain(4), dataset, options),
    /The output "main" of "plain" tells 4 classes apart, but noise has 3/,
  );
});

test('the example of docs/engine.md', async () => {
  const codes = examples('Mixed images, several inputs and outputs');
  assert.equal(codes.length, 1);
  const { trainWithFacts } = runExample(codes[0]) as {
    trainWithFacts: (images: Dataset, facts: { train: ImageInputs; test: ImageInputs }) => Promise<History>;
  };
  const age = (count: number): ImageInputs => ({ age: { shape: [1], values: new Float32Array(count) } });
  const { recipe } = await trainWithFacts(images, {
    train: age(images.train.count),
    test: age(images.test.count),
  });
  assert.deepEqual(recipe.outputWeights, [1, 0.3]);
});
