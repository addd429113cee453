import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropped, tenCrops } from '../../lib/data';
import { tf } from '../../lib/runtime/tensorflow';
import { evaluate, evaluateTenCrop } from '../../lib/evaluate';
import { profileFor, profiles } from '../../lib/lessons';
import { noiseDataset, smallModel } from '../train/fixtures';

test('ten crops: the mean of ten evaluations, one image at a time', async () => {
  const dataset = noiseDataset();
  const model = smallModel();
  const before = tf.memory().numTensors;
  const { single, tenCrop, images } = await evaluateTenCrop(model, dataset, { padding: 2, batchSize: 7 });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(images, 20);
  assert.equal(single, (await evaluate(model, dataset)).accuracy);

  const views = tenCrops(2).map((crop) => cropped(dataset.test, dataset.imageShape, crop));
  const right = Array.from({ length: 20 }, (_, i) => {
    const sums = [0, 0, 0];
    for (const { images: pixels } of views) {
      const probabilities = tf.tidy(() => {
        const image = tf
          .tensor4d(Float32Array.from(pixels.subarray(i * 192, (i + 1) * 192)), [1, 8, 8, 3])
          .div(255);
        return (model.predict(image) as tf.Tensor).dataSync();
      });
      probabilities.forEach((value, c) => (sums[c] += value));
    }
    return sums.indexOf(Math.max(...sums)) === dataset.test.labels[i];
  }).filter(Boolean).length;
  assert.equal(tenCrop, right / 20);
});

test('the full profile is always the network itself', () => {
  assert.deepEqual(profileFor('vgg16', 'full'), { ...profiles.full, width: 1, changes: {} });
  assert.ok(profileFor('vgg16', 'quick').width < 1);
  assert.equal(profileFor('baseline', 'quick').width, 1);
});
