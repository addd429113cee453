import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelStatistics } from '../../lib/data';
import {
  classActivation,
  classScores,
  featureMaps,
  firstFilters,
  gradientNorms,
  headOf,
  saliency,
} from '../../lib/inspect';
import { baseline, inception10, lenet5 } from '../../lib/models';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { inputBatch } from '../../lib/evaluate/input-batch';
import { noteTrainedWith } from '../../lib/evaluate/trained-with';
import { crossEntropy } from '../../lib/recipe';
import { noiseDataset, smallModel } from '../train/fixtures';

const dataset = noiseDataset();
const shape = dataset.imageShape;

function pixelsOf(index: number): Float32Array {
  return Float32Array.from(
    dataset.test.images.subarray(index * 192, (index + 1) * 192),
    (byte) => byte / 255,
  );
}

/** A class's score for pixels, by the network's own layers. */
function score(model: tf.LayersModel, pixels: Float32Array, classIndex: number): number {
  return tf.tidy(() => {
    const scores = classScores(headOf(model), tf.tensor4d(pixels, [1, ...shape]));
    return scores.dataSync()[classIndex];
  });
}

test('scores are what softmax gets', () => {
  const model = smallModel();
  const [probabilities, scores] = tf.tidy(() => {
    const image = tf.tensor4d(pixelsOf(0), [1, ...shape]);
    return [
      (model.predict(image) as tf.Tensor).dataSync(),
      tf.softmax(classScores(headOf(model), image)).dataSync(),
    ];
  });
  probabilities.forEach((value, i) => {
    assert.ok(Math.abs(value - scores[i]) < 1e-6);
  });
});

test('saliency is the steepest slope of the score by a pixel, as differences tell', () => {
  const before = tf.memory().numTensors;
  const model = smallModel();
  const own = tf.memory().numTensors;
  const { values, classIndex } = saliency(model, dataset, { index: 3, classIndex: 2 });
  assert.equal(classIndex, 2);
  assert.equal(values.length, 64);
  const pixels = pixelsOf(3);
  const step = 1e-2;
  for (const place of [0, 27, 63]) {
    const slopes = [0, 1, 2].map((channel) => {
      const [up, down] = [step, -step].map((change) => {
        const moved = pixels.slice();
        moved[3 * place + channel] += change;
        return score(model, moved, 2);
      });
      return Math.abs(up - down) / (2 * step);
    });
    const steepest = Math.max(...slopes);
    assert.ok(
      Math.abs(values[place] - steepest) < 0.02 * steepest + 1e-3,
      `${values[place]} and ${steepest}`,
    );
  }
  assert.equal(tf.memory().numTensors, own, 'tensors are left behind');
  assert.ok(own > before);
});

test('the class that is asked for is the most probable one by default', () => {
  const model = smallModel();
  const answer = tf.tidy(
    () => (model.predict(tf.tensor4d(pixelsOf(5), [1, ...shape])) as tf.Tensor).argMax(1).dataSync()[0],
  );
  assert.equal(saliency(model, dataset, { index: 5 }).classIndex, answer);
});

test('a network trained on normalised pixels is asked with such', () => {
  const model = smallModel();
  const plain = featureMaps(model, dataset, 'conv', { index: 0 }).maps[0];
  const normalisation = channelStatistics(dataset.train, shape);
  noteTrainedWith(model, { normalisation, loss: crossEntropy() });
  const normalised = featureMaps(model, dataset, 'conv', { index: 0 }).maps[0];
  const expected = tf.tidy(() => {
    const batch = inputBatch(dataset.test, [0], { imageShape: shape, normalisation });
    return (model.getLayer('conv').apply(batch) as tf.Tensor4D).gather([0], 3).dataSync();
  });
  assert.deepEqual([...normalised], [...expected]);
  assert.notDeepEqual([...plain], [...normalised]);
});

test("a class-activation map's mean, before it is enlarged, is the class's score", () => {
  // Strides leave a map of 2×2 for an image of 8×8, whose enlargement keeps the mean by symmetry.
  const model = inception10({ inputShape: [8, 8, 3], classes: 3, seed: 1 });
  model.getLayer('classes').setWeights([model.getLayer('classes').getWeights()[0], tf.tensor1d([1, 2, 3])]);
  const { values } = classActivation(model, dataset, { index: 1, classIndex: 2 });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean + 3 - score(model, pixelsOf(1), 2)) < 1e-4);
  assert.throws(() => classActivation(smallModel(), dataset, { index: 1 }), /no global average pooling/);
});

test('filters are the columns of the first kernel', () => {
  const model = baseline({ seed: 1 });
  const { maps, height, width, channels } = firstFilters(model);
  assert.deepEqual([maps.length, height, width, channels], [6, 5, 5, 3]);
  const kernel = model.getLayer('conv').getWeights()[0].arraySync() as number[][][][];
  assert.equal(maps[4][(2 * 5 + 3) * 3 + 1], Math.fround(kernel[2][3][1][4]));
});

test('gradient norms are those of the loss, layer by layer, and nothing is moved', () => {
  const model = smallModel({ batchNorm: false });
  const before = model.getWeights().map((weight) => weight.dataSync().slice());
  const { layers } = gradientNorms(model, dataset, { images: 8 });
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    ['conv', 'hidden', 'classes'],
  );
  // Of the last layer: features, transposed, times probability minus truth.
  const expected = tf.tidy(() => {
    const indices = [0, 1, 2, 3, 4, 5, 6, 7];
    const batch = inputBatch(dataset.train, indices, { imageShape: shape, normalisation: null });
    const features = headOf(model).features.predict(batch) as tf.Tensor2D;
    const truth = tf.oneHot(tf.tensor1d([...dataset.train.labels.subarray(0, 8)], 'int32'), 3);
    const error = (model.predict(batch) as tf.Tensor2D).sub(truth).div(8);
    return tf.norm(tf.matMul(features, error as tf.Tensor2D, true)).dataSync()[0];
  });
  const { norm, relative } = layers[2];
  assert.ok(Math.abs(norm - expected) < 1e-4 * expected, `${norm} and ${expected}`);
  const kernel = model.getLayer('classes').getWeights()[0];
  assert.ok(Math.abs(relative - norm / tf.norm(kernel).dataSync()[0]) < 1e-6);
  assert.deepEqual(
    model.getWeights().map((weight) => weight.dataSync()),
    before,
  );
});

test('a network that ends in logits has the gradients of the one that ends in the softmax of these', () => {
  const norms = (logits: boolean): number[] => {
    const model = lenet5({ inputShape: [16, 16, 3], classes: 3, seed: 1, logits });
    const { layers } = gradientNorms(model, { ...dataset, ...large }, { images: 4 });
    model.dispose();
    return layers.map(({ norm }) => norm);
  };
  const large = {
    imageShape: [16, 16, 3] as const,
    train: {
      images: Uint8Array.from({ length: 4 * 16 * 16 * 3 }, (_, i) => (i * 37) % 256),
      labels: Uint8Array.of(0, 1, 2, 0),
      count: 4,
    },
  };
  const tensors = tf.memory().numTensors;
  const [soft, raw] = [norms(false), norms(true)];
  soft.forEach((norm, i) => {
    assert.ok(Math.abs(raw[i] - norm) < 1e-5 * norm, `${raw[i]} and ${norm}`);
  });
  assert.equal(tf.memory().numTensors, tensors);
});

test('dropout and the means of batch normalisation do not move the norms, nor are they moved', () => {
  const model = smallModel({ dropout: 0.5 });
  const before = model.getWeights().map((weight) => weight.dataSync().slice());
  const first = gradientNorms(model, dataset, { images: 8 });
  assert.deepEqual(gradientNorms(model, dataset, { images: 8 }), first);
  assert.deepEqual(
    model.getWeights().map((weight) => weight.dataSync()),
    before,
  );
  const { rate } = model.getLayer('drop_hidden').getConfig();
  assert.equal(rate, 0.5);
});

test('layers and images that are not there are named', () => {
  const model = smallModel();
  const fails = (action: () => unknown, message: RegExp): void => {
    assert.throws(action, (error) => error instanceof UserError && message.test(error.message));
  };
  fails(() => featureMaps(model, dataset, 'conv9', { index: 0 }), /no layer "conv9".*conv, bn, relu, pool/);
  fails(() => featureMaps(model, dataset, 'hidden', { index: 0 }), /no feature maps in its layer "hidden"/);
  fails(() => saliency(model, dataset, { index: 99 }), /no image 99.*0 to 19/);
  fails(() => saliency(model, dataset, { index: 0, classIndex: 3 }), /no class 3/);
  fails(() => gradientNorms(model, dataset, { images: 0 }), /images is 0/);
});
