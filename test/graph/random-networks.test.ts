/** A property: whatever the network, the graph engine's loss, gradients and statistics are those of tfjs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../lib/data/random';
import { Trainer } from '../../lib/graph';
import { tf } from '../../lib/runtime/tensorflow';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy } from '../../lib/recipe/losses';
import { sgd } from '../../lib/recipe/optimizers';
import { worst } from './differentiable';
import { classes, inputShape, randomNetwork } from './random-network';

const networks = 200;
const perTest = 25;
const count = 5;

for (let first = 1; first <= networks; first += perTest) {
  test(`random networks ${first} to ${first + perTest - 1}`, async () => {
    for (let seed = first; seed < first + perTest; seed++) await compare(seed);
  });
}

async function compare(seed: number): Promise<void> {
  const model = randomNetwork(seed);
  const random = new Random(seed, 1);
  const images = Uint8Array.from({ length: count * 128 }, () => random.below(256));
  const labels = Uint8Array.from({ length: count }, () => random.below(classes));
  const theirs = eagerStep(model, images, labels);
  const trainer = await Trainer.compile({
    model,
    imageShape: inputShape,
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
function eagerStep(model: tf.LayersModel, images: Uint8Array, labels: Uint8Array) {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const before = model.nonTrainableWeights.map((weight) => weight.read().clone());
  const { value, grads } = tf.tidy(() => {
    const pixels = tf.div(tf.tensor4d(Float32Array.from(images), [count, ...inputShape]), 255);
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
