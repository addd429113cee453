/** One step of the graph engine against the same step through tfjs's own autodiff. */
import assert from 'node:assert/strict';
import { Random } from '../../lib/data/random';
import { Trainer, type ImageShape } from '../../lib/graph';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy } from '../../lib/recipe/losses';
import { sgd } from '../../lib/recipe/optimizers';
import { tf } from '../../lib/runtime/tensorflow';
import { worst } from './differentiable';

const count = 5;

/**
 * Compares loss, gradients and moving statistics on images of noise.
 * @param model without dropout; it is disposed of
 */
export async function compareWithTfjs(model: tf.LayersModel, seed: number): Promise<void> {
  const imageShape = model.inputs[0].shape.slice(1) as unknown as ImageShape;
  const classes = model.outputs[0].shape[1] ?? 0;
  const size = imageShape.reduce((a, b) => a * b, 1);
  const random = new Random(seed, 1);
  const images = Uint8Array.from({ length: count * size }, () => random.below(256));
  const labels = Uint8Array.from({ length: count }, () => random.below(classes));
  const theirs = eagerStep(model, images, labels, imageShape, classes);
  const trainer = await Trainer.compile({
    model,
    imageShape,
    examples: { images, labels, count },
    normalisation: null,
    augmentation: noAugmentation,
    loss: crossEntropy(),
    optimizer: sgd(),
    dtype: 'float32',
    seed,
  });
  try {
    const all = Int32Array.from(labels, (_, i) => i);
    const { loss, gradients } = trainer.gradients(all, 0);
    const layers = model.layers.map((layer) => layer.name).join(', ');
    const close = (what: string, found: ArrayLike<number>, expected: ArrayLike<number>): void => {
      const off = worst(found, expected);
      assert.ok(off < 1e-4, `network ${seed} (${layers}): ${what} is off by ${off}`);
    };
    close('the loss', [loss], [theirs.loss]);
    assert.deepEqual([...gradients.keys()].sort(), [...theirs.gradients.keys()].sort());
    for (const [name, { values }] of gradients)
      close(`the gradient of ${name}`, values, theirs.gradients.get(name) ?? []);

    trainer.step(all, 0, 0);
    trainer.writeModel();
    for (const weight of model.nonTrainableWeights) {
      close(weight.originalName, weight.read().dataSync(), theirs.statistics.get(weight.originalName) ?? []);
    }
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** One step in training mode through tfjs's own autodiff. The moving statistics are put back. */
export function eagerStep(
  model: tf.LayersModel,
  images: Uint8Array,
  labels: Uint8Array,
  imageShape: ImageShape,
  classes: number,
) {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const before = model.nonTrainableWeights.map((weight) => weight.read().clone());
  const { value, grads } = tf.tidy(() => {
    const pixels = tf.div(tf.tensor4d(Float32Array.from(images), [labels.length, ...imageShape]), 255);
    const targets = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes);
    return tf.variableGrads(() => {
      const output = model.apply(pixels, { training: true }) as tf.Tensor;
      const losses = tf.neg(tf.sum(tf.mul(targets, tf.log(output)), 1));
      return tf.addN([tf.mean(losses), ...model.calculateLosses()]).asScalar();
    }, variables);
  });
  const statistics = new Map(
    model.nonTrainableWeights.map((weight) => [weight.originalName, weight.read().dataSync()]),
  );
  model.nonTrainableWeights.forEach((weight, i) => weight.write(before[i]));
  const gradients = new Map(
    model.trainableWeights.map(({ originalName }, i) => [originalName, grads[variables[i].name].dataSync()]),
  );
  const loss = value.dataSync()[0];
  tf.dispose([value, grads, before]);
  return { loss, gradients, statistics };
}
