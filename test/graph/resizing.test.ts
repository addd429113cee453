/** Steps on smaller images: the resize itself, and a step against the same network built for that size. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../lib/data/random';
import type { Examples, Trainer, TrainerOptions } from '../../lib/graph';
import { downscaled } from '../../lib/graph/downscaling';
import { Graph } from '../../lib/graph/graph';
import { placeholder } from '../../lib/graph/ops/constant';
import { Session } from '../../lib/graph/session';
import { resnet18, vgg16 } from '../../lib/models';
import { adam, muon, sgd } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { worst } from './differentiable';
import { eagerStep } from './eager-step';
import { compile, examples, indices, weightsOf } from './fixtures';

/** The mean of the area that each pixel covers, from the definition. @param images [count, full, full, 3] */
function areaMeans(images: ArrayLike<number>, { full, side }: { full: number; side: number }): number[] {
  const scale = full / side;
  /** The large pixels along an axis that a small one covers, and how much of each. */
  const covered = (small: number): (readonly [number, number])[] =>
    [...Array(full).keys()]
      .map(
        (large) =>
          [large, Math.min((small + 1) * scale, large + 1) - Math.max(small * scale, large)] as const,
      )
      .filter(([, length]) => length > 0);
  const count = images.length / (full * full * 3);
  const found: number[] = [];
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < side; y++) {
      const rows = covered(y);
      for (let x = 0; x < side; x++) {
        const columns = covered(x);
        for (let channel = 0; channel < 3; channel++) {
          let sum = 0;
          for (const [row, height] of rows) {
            for (const [column, width] of columns)
              sum += images[((image * full + row) * full + column) * 3 + channel] * height * width;
          }
          found.push(sum / scale ** 2);
        }
      }
    }
  }
  return found;
}

test('each pixel of a smaller image is the mean of the area that it covers', async () => {
  const random = new Random(1);
  const values = Float32Array.from({ length: 2 * 32 * 32 * 3 }, () => random.below(256));
  const sides = [16, 24, 20, 8, 1, 31];
  const graph = new Graph();
  const images = placeholder(graph, 'images', 'float32', [null, 32, 32, 3]);
  graph.offer('f', { inputs: [images], outputs: sides.map((side) => downscaled(images, side)) });
  const session = await Session.load(graph);
  const feed = tf.tensor4d(values, [2, 32, 32, 3]);
  const found = session.run('f', [feed]);
  sides.forEach((side, i) => {
    assert.deepEqual(found[i].shape, [2, side, side, 3]);
    const off = worst(found[i].dataSync(), areaMeans(values, { full: 32, side }));
    assert.ok(off < 1e-4, `side ${side} is off by ${off}`);
  });
  tf.dispose([feed, ...found]);
  session.dispose();
});

test('any side will do, if it has no divisor in common with the full one as well', async () => {
  const random = new Random(2);
  const values = Float32Array.from({ length: 64 * 64 * 3 }, () => random.below(256));
  const graph = new Graph();
  const images = placeholder(graph, 'images', 'float32', [null, 64, 64, 3]);
  graph.offer('f', { inputs: [images], outputs: [downscaled(images, 63)] });
  const session = await Session.load(graph);
  const feed = tf.tensor4d(values, [1, 64, 64, 3]);
  const [found] = session.run('f', [feed]);
  assert.ok(worst(found.dataSync(), areaMeans(values, { full: 64, side: 63 })) < 1e-4);
  tf.dispose([feed, found]);
  session.dispose();
});

const options = { dropout: 0, classes: 4, seed: 3, width: 0.125 };

for (const [name, build, side] of [
  ['ResNet18', resnet18, 20],
  ['VGG16', vgg16, 24],
] as const) {
  test(`${name} at ${side}: loss, gradients and statistics are tfjs's of the network built for that side`, async () => {
    const random = new Random(side);
    const count = 8;
    // The means of areas of such pixels are whole numbers again, at 16, 20 and 24.
    const images = Uint8Array.from({ length: count * 32 * 32 * 3 }, () => 64 * random.below(4));
    const labels = Uint8Array.from({ length: count }, () => random.below(4));
    const small = Uint8Array.from(areaMeans(images, { full: 32, side }), Math.round);
    const twin = build({ ...options, inputShape: [side, side, 3] });
    const theirs = eagerStep(twin, small, labels, [side, side, 3], 4);

    const model = build(options);
    const data = { images, labels, count };
    const more = { imageShape: [32, 32, 3], optimizer: sgd(), sides: [side] } as const;
    const trainer = await compile(model, data, more);
    const { loss, gradients } = trainer.gradients(indices(0, count), 0, side);
    const close = (what: string, found: ArrayLike<number>, expected: ArrayLike<number>): void => {
      const off = worst(found, expected);
      assert.ok(off < 1e-3, `${what} is off by ${off}`);
    };
    close('the loss', [loss], [theirs.loss]);
    assert.deepEqual([...gradients.keys()].sort(), [...theirs.gradients.keys()].sort());
    for (const [weight, { values }] of gradients) {
      // Before batch normalisation a bias has no effect, and its gradient is rounding errors.
      if (!/conv\d?\/bias$/.test(weight)) close(weight, values, theirs.gradients.get(weight) ?? []);
    }
    trainer.steps(indices(0, count), 0, [0], side);
    trainer.writeModel();
    for (const weight of model.nonTrainableWeights) {
      const { originalName } = weight;
      close(originalName, weight.read().dataSync(), theirs.statistics.get(originalName) ?? []);
    }
    trainer.dispose();
    tf.dispose([model, twin].flatMap((each) => each.weights.map((weight) => weight.read())));
  });
}

/** Takes images of any side; its first two convolutions are computed as one. */
function pooling(side: number): tf.LayersModel {
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const input = tf.input({ shape: [side, side, 3] });
  const branches = ['a', 'b'].map((name) => {
    const conv = tf.layers.conv2d({ name, filters: 4, kernelSize: 1, strides: 2, kernelInitializer });
    return apply(tf.layers.batchNormalization({ name: `bn_${name}` }), apply(conv, input));
  });
  const dropped = apply(tf.layers.dropout({ rate: 0.3 }), apply(tf.layers.concatenate(), branches));
  const kernels = { filters: 6, kernelSize: 3, padding: 'same', kernelInitializer } as const;
  const mixed = apply(tf.layers.conv2d({ name: 'conv', ...kernels }), dropped);
  const mean = apply(tf.layers.globalAveragePooling2d({}), mixed);
  const classes = tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax', kernelInitializer });
  return tf.model({ inputs: input, outputs: apply(classes, mean) });
}

/** Images of 8×8 in blocks of four equal pixels, and the same images in 4×4. */
function bothSizes(count: number): { readonly large: Examples; readonly small: Examples } {
  const { images, ...rest } = examples(count);
  const large = images.map((_, i) => {
    const [image, y, x, c] = [Math.floor(i / 192), Math.floor(i / 24) % 8, Math.floor(i / 3) % 8, i % 3];
    return images[image * 192 + ((y - (y % 2)) * 8 + x - (x % 2)) * 3 + c];
  });
  const small = Uint8Array.from(areaMeans(large, { full: 8, side: 4 }), Math.round);
  return { large: { images: large, ...rest }, small: { images: small, ...rest } };
}

async function withTrainer<T>(
  side: number,
  data: Examples,
  more: Partial<TrainerOptions>,
  use: (trainer: Trainer, model: tf.LayersModel) => T,
): Promise<T> {
  const model = pooling(side);
  const trainer = await compile(model, data, { imageShape: [side, side, 3], ...more });
  try {
    return use(trainer, model);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

test('weights, slots, averages and totals are the same for all sizes', async () => {
  const { large, small } = bothSizes(24);
  // Accumulated gradients of small images meet those of large ones in the fourth step.
  const optimizer = muon({ accumulate: 2, ema: { decay: 0.9 }, lookahead: { steps: 2, share: 0.5 } });
  const rates = [0.01, 0.02, 0.03];
  const apart = await withTrainer(4, small, { optimizer }, (trainer, model) => {
    trainer.steps(indices(0, 18), 0, rates);
    trainer.writeModel();
    const { images, loss } = trainer.totals();
    return {
      weights: model.weights.map((each) => each.read().clone()),
      slots: trainer.slots(),
      images,
      loss,
    };
  });
  const expected = await withTrainer(8, large, { optimizer }, (trainer, model) => {
    apart.weights.forEach((value, i) => {
      model.weights[i].write(value);
    });
    trainer.readModel();
    trainer.setSlots(apart.slots);
    trainer.steps(indices(12, 12), 3, rates.slice(1));
    trainer.writeModel();
    return { totals: trainer.totals(), weights: weightsOf(model), slots: trainer.slots() };
  });
  await withTrainer(8, large, { optimizer, sides: [4] }, (trainer, model) => {
    trainer.steps(indices(0, 18), 0, rates, 4);
    trainer.steps(indices(12, 12), 3, rates.slice(1));
    trainer.writeModel();
    const totals = trainer.totals();
    assert.equal(totals.images, 30);
    assert.ok(Math.abs(totals.loss - apart.loss - expected.totals.loss) < 1e-4, String(totals.loss));
    for (const [name, values] of weightsOf(model)) {
      const off = worst(values, expected.weights.get(name) ?? []);
      assert.ok(off < 1e-4, `${name} is off by ${off}`);
    }
    const slots = trainer.slots();
    assert.deepEqual([...slots.keys()], [...expected.slots.keys()]);
    for (const [name, { values }] of slots) {
      const off = worst(values, expected.slots.get(name)?.values ?? []);
      assert.ok(off < 1e-4, `${name} is off by ${off}`);
    }
  });
  tf.dispose(apart.weights);
});

test('steps of small images in one call are these steps one by one, to the bit', async () => {
  const augmentation = { crop: 2, flip: true, cutout: 3, mixup: 0.2, cutmix: 1 };
  const run = (together: boolean): Promise<unknown> =>
    withTrainer(8, examples(24), { optimizer: adam(), augmentation, sides: [6] }, (trainer, model) => {
      const rates = [0.01, 0.02, 0.005, 0.03];
      if (together) trainer.steps(indices(0, 24), 7, rates, 6);
      else {
        rates.forEach((rate, i) => {
          trainer.steps(indices(6 * i, 6), 7 + i, [rate], 6);
        });
      }
      trainer.writeModel();
      return [trainer.totals(), weightsOf(model)];
    });
  assert.deepEqual(await run(true), await run(false));
});

test('a step that fails at a small size stops those of any size, and its layer is found', async () => {
  await withTrainer(8, examples(12), { optimizer: sgd(), sides: [4] }, (trainer, model) => {
    const [gamma, ...rest] = model.getLayer('bn_b').getWeights();
    model.getLayer('bn_b').setWeights([tf.fill(gamma.shape, NaN), ...rest]);
    trainer.readModel();
    trainer.steps(indices(0, 6), 3, [0.01], 4);
    trainer.steps(indices(6, 6), 4, [0.01]);
    const { failedStep, images } = trainer.totals();
    assert.deepEqual([failedStep, images], [3, 0]);
    assert.match(trainer.diagnose(indices(0, 6), 3, 4), /bn_b\/gamma/);
  });
});
