/** Several views of an image, and what their outputs give together. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cropped, type CropPadding } from '../../lib/data';
import type { ImageSet } from '../../lib/data/types';
import { evaluate, tenCrops, viewsNames, type View, type Views, type ViewsName } from '../../lib/evaluate';
import { classReports } from '../../lib/evaluate';
import { viewsOf } from '../../lib/evaluate/views';
import { crossEntropy, meanSquaredError, type Loss } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { noteTrainedWith } from '../../lib/evaluate/trained-with';
import { linear } from '../../lib/recipe';
import { readRuns, results } from '../../lib/runs';
import { resultsTable } from '../../lib/show/results';
import { train } from '../../lib/train';
import { noiseDataset, says, smallModel, temporaryFolder } from '../train/fixtures';

const shape = [8, 8, 3] as const;
const dataset = noiseDataset();
const { test: set } = dataset;

/** Outputs, image by image, for one view: before the softmax, and after it. */
function outputsOf(model: tf.LayersModel, { images }: ImageSet): number[][][] {
  return tf.tidy(() => {
    const pixels = tf.tensor4d(Float32Array.from(images), [set.count, ...shape]).div(255);
    const probabilities = model.predict(pixels) as tf.Tensor;
    return [probabilities.log(), probabilities].map((each) => each.arraySync() as number[][]);
  });
}

/** The class and the loss of each image, computed apart: one view after another, one number after another. */
function expected(model: tf.LayersModel, views: readonly View[], padding: CropPadding, averaged: string) {
  const all = views.map((view) => outputsOf(model, cropped(set, shape, view, padding)));
  return Array.from({ length: set.count }, (_, image) => {
    const mean = [0, 1, 2].map((c) =>
      views.reduce((sum, { weight }, v) => {
        return sum + weight * all[v][averaged === 'logits' ? 0 : 1][image][c];
      }, 0),
    );
    const positive = averaged === 'logits' ? mean.map(Math.exp) : mean;
    const total = positive.reduce((sum, value) => sum + value, 0);
    const probabilities = positive.map((value) => value / total);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { best, confidence: probabilities[best], loss: -Math.log(probabilities[set.labels[image]]) };
  });
}

const middle = { down: 0, right: 0 } as const;
const byHand: Record<Exclude<ViewsName, 'single'>, readonly View[]> = {
  mirror: [
    { ...middle, mirrored: false, weight: 1 / 2 },
    { ...middle, mirrored: true, weight: 1 / 2 },
  ],
  // Half on the image and its mirror, half on the same for two shifts.
  mirrorAndShifts: [
    { ...middle, mirrored: false, weight: 1 / 4 },
    { ...middle, mirrored: true, weight: 1 / 4 },
    { down: -1, right: -1, mirrored: false, weight: 1 / 8 },
    { down: -1, right: -1, mirrored: true, weight: 1 / 8 },
    { down: 1, right: 1, mirrored: false, weight: 1 / 8 },
    { down: 1, right: 1, mirrored: true, weight: 1 / 8 },
  ],
  tenCrops: [0, ...[-4, 4]].flatMap((down) =>
    (down === 0 ? [0] : [-4, 4]).flatMap((right) =>
      [false, true].map((mirrored) => ({ down, right, mirrored, weight: 1 / 10 })),
    ),
  ),
};

describe('views of each image, their outputs averaged, beside the image alone', () => {
  for (const [name, views] of Object.entries(byHand)) {
    test(name, async () => {
      const model = smallModel();
      const before = tf.memory().numTensors;
      const alone = await evaluate(model, dataset);
      const found = await evaluate(model, dataset, { views: name as ViewsName, batchSize: 7 });
      assert.equal(tf.memory().numTensors, before);
      const isTen = name === 'tenCrops';
      const wanted = expected(model, views, isTen ? 'zeros' : 'reflect', isTen ? 'probabilities' : 'logits');
      model.dispose();
      assert.ok(found.views);
      assert.equal(found.views.name, name);
      assert.deepEqual(
        [...found.views.predictions],
        wanted.map(({ best }) => best),
      );
      const right = wanted.filter(({ best }, i) => best === set.labels[i]).length;
      assert.equal(found.views.accuracy, right / set.count);
      const loss = wanted.reduce((sum, each) => sum + each.loss, 0) / set.count;
      near(found.views.loss - (found.views.penalty ?? 0), loss);
      wanted.forEach(({ confidence }, i) => {
        near(found.views!.confidences[i], confidence);
      });
      // All else is of the images alone.
      const { views: none, ...single } = found;
      near(single.loss, alone.loss);
      assert.deepEqual(single.predictions, alone.predictions);
      assert.deepEqual(single.classes, classReports(single.confusion, dataset.classNames));
      assert.deepEqual([none, alone.views], [found.views, undefined]);
    });
  }

  test('what the views see differs: a network that tells left from right', async () => {
    // Mirrored, its classes 0 and 1 change places; both ways together, neither is ahead.
    const kernel = tf.buffer([8 * 8 * 3, 3]);
    for (let x = 0; x < 8; x++) kernel.set(x < 4 ? 1 : -1, x * 3, 0);
    for (let x = 0; x < 8; x++) kernel.set(x < 4 ? -1 : 1, x * 3, 1);
    const model = flatModel();
    model.setWeights([kernel.toTensor()]);
    const { confidences, views } = await evaluate(model, dataset, { views: 'mirror' });
    model.dispose();
    assert.ok(confidences.some((value) => value > 0.4));
    for (const value of views!.confidences) near(value, 1 / 3);
  });
});

/** A dense layer on pixels, before a softmax unless told otherwise. */
function flatModel(activation: 'softmax' | 'linear' | 'sigmoid' = 'softmax'): tf.LayersModel {
  const kernelInitializer = tf.initializers.randomNormal({ stddev: 1, seed: 3 });
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [...shape] }),
      tf.layers.dense({ units: 3, activation, kernelInitializer, useBias: false }),
    ],
  });
}

describe('networks that do not end in a softmax', () => {
  const cases: Record<string, readonly ['linear' | 'sigmoid', Loss]> = {
    logits: ['linear', crossEntropy({ fromLogits: true })],
    sigmoids: ['sigmoid', meanSquaredError()],
  };
  test('outputs that are logits give what those before a softmax give, however views are averaged', async () => {
    const [activation, loss] = cases.logits;
    const [raw, soft] = [flatModel(activation), flatModel()];
    noteTrainedWith(raw, { normalisation: null, loss });
    for (const views of ['mirrorAndShifts', 'tenCrops'] as const) {
      const [a, b] = [await evaluate(raw, dataset, { views }), await evaluate(soft, dataset, { views })];
      assert.deepEqual(a.views?.predictions, b.views?.predictions, views);
      near(a.views?.loss, b.views?.loss);
      a.views!.confidences.forEach((value, i) => {
        near(value, b.views?.confidences[i]);
      });
    }
    for (const model of [raw, soft]) model.dispose();
  });

  test('others are averaged as they are', async () => {
    const [activation, loss] = cases.sigmoids;
    const model = flatModel(activation);
    noteTrainedWith(model, { normalisation: null, loss });
    const { views } = await evaluate(model, dataset, { views: 'mirror' });
    const both = byHand.mirror.map((view) => outputsOf(model, cropped(set, shape, view))[1]);
    model.dispose();
    const mean = both[0].map((row, i) => row.map((value, c) => (value + both[1][i][c]) / 2));
    assert.deepEqual(
      [...views!.predictions],
      mean.map((row) => row.indexOf(Math.max(...row))),
    );
    const squares = mean.flatMap((row, i) =>
      row.map((value, c) => (value - (c === set.labels[i] ? 1 : 0)) ** 2),
    );
    near(views!.loss, squares.reduce((sum, value) => sum + value, 0) / squares.length);
  });
});

test('zeros beside an image are the mean colour to a network that is fed normalised images, as in augmentation', async () => {
  // Every pixel is the mean, so it is 0 to the network, and so is what lies beside the image: all views are alike.
  const level = 51;
  const uniform = { ...set, images: new Uint8Array(set.images.length).fill(level) };
  const mean = level / 255;
  const model = flatModel();
  const normalisation = { mean: [mean, mean, mean], deviation: [0.2, 0.2, 0.2] };
  noteTrainedWith(model, { normalisation, loss: crossEntropy() });
  const { views, confidences } = await evaluate(model, { ...dataset, test: uniform }, { views: 'tenCrops' });
  model.dispose();
  for (const value of [...confidences, ...views!.confidences]) near(value, 1 / 3);
});

test('ten crops: four corners and the middle, each also mirrored', () => {
  const { views, name } = tenCrops(2);
  assert.equal(new Set(views.map((view) => JSON.stringify(view))).size, 10);
  assert.equal(views.filter(({ mirrored }) => mirrored).length, 5);
  assert.equal(name, 'tenCrops(2)');
  assert.throws(() => tenCrops(0.5), /padding is 0.5/);
});

test('views that are none are refused', () => {
  const refuses = (views: ViewsName | Views, message: RegExp): void => {
    assert.throws(() => viewsOf(views, shape), says(message));
  };
  const mine = (...views: View[]): Views => ({ name: 'mine', views, padding: 'zeros', averaged: 'logits' });
  const image = { ...middle, mirrored: false, weight: 1 };
  refuses('mirrors' as ViewsName, /^views is "mirrors".*one of single, mirror, mirrorAndShifts, tenCrops/);
  refuses(mine({ ...image, weight: 0.9 }), /^the sum of the weights of views is 0\.9, but has to be 1/);
  refuses(mine({ ...image, down: 1 }), /^views\.views .* a list with the image itself/);
  refuses(mine(image, { ...image, weight: 0, right: 8 }), /^right of a view is 8.*fewer than the image's 8/);
  for (const name of viewsNames.filter((each) => each !== 'tenCrops')) viewsOf(name, shape);
});

test('a run keeps both results, and the table of results tells both and which views', async () => {
  const folder = temporaryFolder('views-');
  for (const seed of [1, 2]) {
    const model = smallModel({ seed });
    const run = { name: `seed${seed}`, folder };
    await train(model, dataset, { epochs: 1, schedule: linear(), seed, run, onNotice: () => undefined });
    const found = await evaluate(model, dataset, { views: 'mirror', run });
    model.dispose();
    const stored = (await readRuns({ folder })).find(({ name }) => name === run.name)!.evaluation!;
    assert.deepEqual(stored.views, found.views);
    assert.equal(stored.accuracy, found.accuracy);
  }
  const [row] = results(await readRuns({ folder }));
  assert.equal(row.views?.name, 'mirror');
  const accuracies = (await readRuns({ folder })).map(({ evaluation }) => evaluation!.views!.accuracy);
  near(row.views.accuracy.mean, (accuracies[0] + accuracies[1]) / 2);
  const text = JSON.stringify(resultsTable([row]));
  assert.match(text, /with several views/);
  assert.match(text, /\(mirror\)/);
});

function near(found: number | undefined, wanted: number | undefined): void {
  assert.ok(Math.abs((found ?? NaN) - (wanted ?? NaN)) < 1e-5, `${found}, not ${wanted}`);
}
