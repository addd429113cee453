import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateWithout, gradientNorms, signalScales } from '../../lib/inspect';
import { resnet18 } from '../../lib/models';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { evaluate } from '../../lib/evaluate';
import { noiseDataset, smallModel } from '../train/fixtures';

const dataset = noiseDataset();

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => [...weight.dataSync()]);
}

function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error) => error instanceof UserError && message.test(error.message));
}

test('the signal is the spread of what a layer puts out for the first images, in training mode', () => {
  const model = smallModel();
  const { layers, images } = signalScales(model, dataset, { images: 4, layers: ['conv', 'bn', 'relu'] });
  assert.equal(images, 4);
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    ['conv', 'bn', 'relu'],
  );
  const expected = tf.tidy(() => {
    const pixels = Float32Array.from(dataset.train.images.subarray(0, 4 * 192), (byte) => byte / 255);
    const maps = model.getLayer('conv').apply(tf.tensor4d(pixels, [4, 8, 8, 3])) as tf.Tensor;
    return Math.sqrt(tf.moments(maps).variance.dataSync()[0]);
  });
  assert.ok(Math.abs(layers[0].deviation - expected) < 1e-5, `${layers[0].deviation} and ${expected}`);
  // Normalised over the batch, which the fresh moving averages, 0 and 1, would not do.
  assert.ok(Math.abs(layers[1].deviation - 1) < 0.05, `${layers[1].deviation}`);
});

test('without names, the layers with a kernel are measured, as for gradients', () => {
  const model = smallModel();
  assert.deepEqual(
    signalScales(model, dataset, { images: 2 }).layers.map(({ layer }) => layer),
    gradientNorms(model, dataset, { images: 2 }).layers.map(({ layer }) => layer),
  );
});

test('measuring the signal leaves weights, moving averages and tensors as they were', () => {
  const model = smallModel({ dropout: 0.5 });
  const before = weightsOf(model);
  const tensors = tf.memory().numTensors;
  const first = signalScales(model, dataset, { images: 8 });
  assert.deepEqual(signalScales(model, dataset, { images: 8 }), first);
  assert.deepEqual(weightsOf(model), before);
  assert.equal(tf.memory().numTensors, tensors);
  refuses(() => signalScales(model, dataset, { layers: ['conv9'] }), /no layer "conv9".*conv, bn/);
  refuses(() => signalScales(model, dataset, { images: 41 }), /images is 41; expected .* 1 to 40/);
});

test('without its last normalisation a residual block hands on its input', async () => {
  const model = resnet18({ inputShape: [8, 8, 3], classes: 3, width: 0.05, seed: 1 });
  const whole = await evaluate(model, dataset);
  const before = weightsOf(model);
  const tensors = tf.memory().numTensors;
  const { loss } = await evaluateWithout(model, dataset, ['stage1_block2_bn2']);
  assert.deepEqual(weightsOf(model), before);
  assert.equal(tf.memory().numTensors, tensors);

  // The same network, with the second convolution of the block at zero: its normalisation then puts out its shift.
  const conv = model.getLayer('stage1_block2_conv2');
  conv.setWeights([tf.zerosLike(conv.getWeights()[0])]);
  const expected = await evaluate(model, dataset);
  assert.ok(Math.abs(loss - expected.loss) < 1e-5, `${loss} and ${expected.loss}`);
  assert.ok(Math.abs(loss - whole.loss) > 1e-4, 'the block does not matter');
});

test('a normalisation without a scale is switched off too', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: 4, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
      tf.layers.batchNormalization({ name: 'bn', scale: false }),
      tf.layers.dense({
        ...{ units: 3, activation: 'softmax', biasInitializer: tf.initializers.randomNormal({ seed: 3 }) },
        kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
      }),
    ],
  });
  const before = weightsOf(model);
  const [classes] = model.layers.slice(-1);
  const { loss } = await evaluateWithout(model, dataset, ['bn']);
  assert.deepEqual(weightsOf(model), before);
  // Nothing reaches the last layer, so its biases answer alone.
  const [kernel, bias] = classes.getWeights();
  classes.setWeights([tf.zerosLike(kernel), bias]);
  const expected = await evaluate(model, dataset);
  assert.ok(Math.abs(loss - expected.loss) < 1e-6, `${loss} and ${expected.loss}`);
  model.dispose();
});

test('a part that is no normalisation is refused, and the network stays whole', async () => {
  const model = smallModel();
  const before = weightsOf(model);
  await assert.rejects(evaluateWithout(model, dataset, ['bn', 'conv']), /no batch normalisation "conv".* bn/);
  assert.deepEqual(weightsOf(model), before);
});
