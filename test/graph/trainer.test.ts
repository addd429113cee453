import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy, meanSquaredError } from '../../lib/recipe/losses';
import { adam, rmsprop, sgd } from '../../lib/recipe/optimizers';
import { compile, examples, indices, smallModel, weightsOf } from './fixtures';

const augmentation = { crop: 2, flip: true, cutout: 3 };

test('a few images are learnt by heart, and the totals say so', async () => {
  const model = smallModel();
  const trainer = await compile(model, examples(24));
  const all = indices(0, 24);
  trainer.step(all, 0, 1e-3);
  const first = trainer.totals();
  assert.equal(first.images, 24);
  assert.equal(first.topFive, 24, 'of three classes, each is among the first five');
  assert.ok(Math.abs(first.loss / 24 - Math.log(3)) < 1, `starts near chance, not at ${first.loss / 24}`);
  for (let step = 1; step < 60; step++) trainer.step(all, step, 1e-2);
  trainer.totals();
  trainer.step(all, 60, 1e-2);
  const last = trainer.totals();
  assert.ok(last.loss / 24 < 0.05 && last.first === 24, `ends at ${last.loss / 24} with ${last.first} right`);
  assert.equal(trainer.totals().images, 0, 'totals start anew');
  trainer.dispose();
  model.dispose();
});

test('totals add up over steps of different sizes', async () => {
  const model = smallModel();
  const data = examples(20);
  const trainer = await compile(model, data, { optimizer: sgd() });
  const separately = [indices(0, 8), indices(8, 8), indices(16, 4)].map((batch) => {
    trainer.step(batch, 0, 0);
    return trainer.totals();
  });
  for (const batch of [indices(0, 8), indices(8, 8), indices(16, 4)]) trainer.step(batch, 0, 0);
  const together = trainer.totals();
  const sum = (of: (totals: typeof together) => number): number =>
    separately.reduce((all, each) => all + of(each), 0);
  assert.equal(together.images, 20);
  assert.equal(
    together.first,
    sum((totals) => totals.first),
  );
  assert.ok(Math.abs(together.loss - sum((totals) => totals.loss)) < 1e-4);
  trainer.dispose();
  model.dispose();
});

test('measuring is what tfjs predicts, and counts every image once', async () => {
  const model = smallModel();
  const data = examples(10);
  const others = examples(7, { seed: 2 });
  const trainer = await compile(model, data, { heldOut: others });
  trainer.step(indices(0, 10), 0, 1e-2);
  trainer.writeModel();
  const measured = trainer.measure(indices(10, 7));
  const pixels = tf.div(tf.tensor4d(Float32Array.from(others.images), [7, 8, 8, 3]), 255);
  const expected = (model.predict(pixels) as tf.Tensor2D).arraySync();
  expected.forEach((row, i) => {
    const best = row.indexOf(Math.max(...row));
    assert.equal(measured.classes[i], best);
    assert.ok(Math.abs(measured.confidences[i] - row[best]) < 1e-5);
    assert.ok(Math.abs(measured.losses[i] + Math.log(row[others.labels[i]])) < 1e-4);
  });
  assert.deepEqual([...measured.topFive], new Array(7).fill(1));
  const losses: tf.Tensor[] = model.calculateLosses();
  const penalty = losses.reduce((sum, each) => sum + each.dataSync()[0], 0);
  assert.ok(Math.abs(measured.penalty - penalty) < 1e-6);
  // Images of both kinds, in any order, each by itself.
  const some = trainer.measure(Int32Array.of(16, 3, 12));
  const [own] = trainer.measure(Int32Array.of(3)).losses;
  [measured.losses[6], own, measured.losses[2]].forEach((loss, i) => {
    assert.ok(Math.abs(some.losses[i] - loss) < 1e-5, `image ${i}: ${some.losses[i]}, not ${loss}`);
  });
  assert.throws(() => trainer.measure(Int32Array.of(17)), /17/);
  trainer.dispose();
  model.dispose();
});

test('a run that was stopped and taken up again is the run itself, to the bit', async () => {
  const data = examples(32);
  const options = { augmentation, optimizer: adam({ weightDecay: 0.01 }), seed: 7 };
  const steps = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  const run = async (breaks: readonly number[]): Promise<Map<string, number[]>> => {
    const model = smallModel({ dropout: 0.5 });
    let slots;
    for (const [i, from] of [0, ...breaks].entries()) {
      const trainer = await compile(model, data, options);
      if (slots) trainer.setSlots(slots);
      for (const step of steps(from, breaks[i] ?? 9)) trainer.step(indices((step % 4) * 8, 8), step, 1e-2);
      trainer.writeModel();
      slots = trainer.slots();
      trainer.dispose();
    }
    const weights = weightsOf(model);
    model.dispose();
    return weights;
  };
  const straight = await run([]);
  assert.deepEqual(await run([4]), straight);
  assert.deepEqual(await run([1, 2, 8]), straight);
});

test('another seed draws other dropout masks and other crops; the same seed the same', async () => {
  const data = examples(16);
  const lossOf = async (seed: number, step: number, options: object): Promise<number> => {
    const model = smallModel({ dropout: 'augmentation' in options ? 0 : 0.5 });
    const trainer = await compile(model, data, { seed, ...options });
    trainer.step(indices(0, 16), step, 0);
    const { loss } = trainer.totals();
    trainer.dispose();
    model.dispose();
    return loss;
  };
  for (const options of [{}, { augmentation }]) {
    const first = await lossOf(1, 0, options);
    assert.equal(await lossOf(1, 0, options), first);
    assert.notEqual(await lossOf(2, 0, options), first);
    assert.notEqual(await lossOf(1, 1, options), first);
  }
});

test('slots of another optimizer or network are refused by name, and nothing changes', async () => {
  const model = smallModel();
  const data = examples(8);
  const trainer = await compile(model, data);
  const slots = trainer.slots();
  for (const name of ['conv/kernel/m', 'conv/kernel/v', 'classes/bias/v']) assert.ok(slots.has(name), name);
  const missing = new Map(slots);
  missing.delete('conv/bias/v');
  assert.throws(
    () => {
      trainer.setSlots(missing);
    },
    refusal(/"conv\/bias\/v" is missing/),
  );
  const extra = new Map([...slots, ['conv/bias/w', { shape: [6], values: new Float32Array(6) }]]);
  assert.throws(
    () => {
      trainer.setSlots(extra);
    },
    refusal(/no place for the slot "conv\/bias\/w"/),
  );
  const misshapen = new Map([...slots, ['conv/bias/v', { shape: [5], values: new Float32Array(5) }]]);
  assert.throws(
    () => {
      trainer.setSlots(misshapen);
    },
    refusal(/"conv\/bias\/v" has the shape \[5\], not \[6\]/),
  );
  trainer.dispose();
  const plain = await compile(model, data, { optimizer: sgd() });
  assert.equal(plain.slots().size, 0);
  plain.dispose();
  model.dispose();
});

test('a loss that is no number stops at its step, changes nothing, and is traced to its layer', async () => {
  const model = smallModel();
  const data = examples(8);
  const trainer = await compile(model, data, { optimizer: sgd() });
  const all = indices(0, 8);
  trainer.step(all, 0, 0.01);
  trainer.writeModel();
  const before = weightsOf(model);

  assert.equal(trainer.nonFiniteWeights(), null);
  const hidden = model.getLayer('hidden').getWeights()[0].clone();
  const broken = hidden.dataSync().slice();
  broken.fill(3e38);
  model
    .getLayer('hidden')
    .setWeights([tf.tensor(broken, hidden.shape), model.getLayer('hidden').getWeights()[1]]);
  trainer.readModel();
  for (let step = 1; step < 5; step++) trainer.step(all, step, 0.01);
  const totals = trainer.totals();
  assert.equal(totals.failedStep, 1);
  assert.equal(totals.images, 8, 'the good step before it');
  assert.match(trainer.diagnose(all, 1), /layer "hidden" was the first whose output was not finite/);
  trainer.writeModel();
  for (const [name, values] of weightsOf(model)) {
    if (name !== 'hidden/kernel') assert.deepEqual(values, before.get(name), `${name} is as it was`);
  }

  model.getLayer('hidden').setWeights([hidden, model.getLayer('hidden').getWeights()[1]]);
  const [kernel, bias] = model.getLayer('classes').getWeights();
  model.getLayer('classes').setWeights([tf.fill(kernel.shape, NaN), bias]);
  trainer.readModel();
  trainer.step(all, 5, 0.01);
  assert.equal(trainer.totals().failedStep, 5);
  assert.match(trainer.diagnose(all, 5), /weights "classes\/kernel" are no longer finite/);
  trainer.dispose();
  model.dispose();
});

test('weights that are not to be trained stay as they are', async () => {
  const model = smallModel();
  model.getLayer('conv').trainable = false;
  model.getLayer('bn').trainable = false;
  const before = weightsOf(model);
  const trainer = await compile(model, examples(8));
  for (let step = 0; step < 3; step++) trainer.step(indices(0, 8), step, 0.1);
  trainer.writeModel();
  const after = weightsOf(model);
  for (const [name, values] of before) {
    const frozen = name.startsWith('conv/') || name.startsWith('bn/');
    assert.equal(String(after.get(name)) === String(values), frozen, name);
  }
  trainer.dispose();
  model.dispose();
});

test('decay of kernels alone leaves biases and batch normalisation to the gradient', async () => {
  const change = async (decayed: 'all' | 'kernels'): Promise<Map<string, number[]>> => {
    const model = smallModel();
    const trainer = await compile(model, examples(8), { optimizer: sgd({ weightDecay: 1, decayed }) });
    trainer.step(indices(0, 8), 0, 0.1);
    trainer.writeModel();
    trainer.dispose();
    const after = weightsOf(model);
    model.dispose();
    return after;
  };
  const [all, kernels] = [await change('all'), await change('kernels')];
  assert.deepEqual(kernels.get('hidden/kernel'), all.get('hidden/kernel'));
  assert.notDeepEqual(kernels.get('bn/gamma'), all.get('bn/gamma'));
});

test('two trainers of one process keep their weights apart', async () => {
  const [first, second] = [smallModel(), smallModel()];
  const data = examples(8);
  const one = await compile(first, data);
  const two = await compile(second, data);
  one.step(indices(0, 8), 0, 0.1);
  two.step(indices(0, 8), 0, 0);
  two.writeModel();
  const untouched = smallModel();
  assert.deepEqual(weightsOf(second).get('hidden/kernel'), weightsOf(untouched).get('hidden/kernel'));
  one.writeModel();
  assert.notDeepEqual(weightsOf(first).get('hidden/kernel'), weightsOf(untouched).get('hidden/kernel'));
  one.dispose();
  two.dispose();
  for (const model of [first, second, untouched]) model.dispose();
});

test('what cannot be compiled is named, with the way out', async () => {
  const data = examples(4);
  const refuses = async (layer: tf.layers.Layer, why: RegExp): Promise<void> => {
    const model = tf.sequential({
      layers: [layer, tf.layers.flatten(), tf.layers.dense({ units: 3, activation: 'softmax' })],
    });
    await assert.rejects(compile(model, data), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, why);
      assert.match(error.message, /engine: tfjsEngine/);
      return true;
    });
  };
  const inputShape = [8, 8, 3];
  await refuses(
    tf.layers.masking({ name: 'mask', inputShape }),
    /The layer "mask" \(Masking\).*are not supported/,
  );
  await refuses(
    tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, kernelConstraint: 'nonNeg', inputShape }),
    /The layer "conv" \(Conv2D\).*kernelConstraint/,
  );
  await refuses(
    tf.layers.conv2d({
      name: 'conv',
      filters: 2,
      kernelSize: 3,
      activation: 'logSoftmax' as 'linear',
      inputShape,
    }),
    /its activation is "logSoftmax"/,
  );
});

test('a dilated depthwise convolution is refused, alone and in a separable one', async () => {
  const settings = { name: 'wide', kernelSize: 3, dilationRate: 2, inputShape: [8, 8, 3] };
  for (const layer of [
    tf.layers.depthwiseConv2d(settings),
    tf.layers.separableConv2d({ ...settings, filters: 2 }),
  ]) {
    const model = tf.sequential({
      layers: [
        layer,
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    await assert.rejects(compile(model, examples(4)), refusal(/The layer "wide" .*its dilationRate is 2,2/));
    model.dispose();
  }
});

test('batch normalisation with a momentum of 1 that is called twice leaves its statistics alone', async () => {
  const input = tf.input({ shape: [8, 8, 3] });
  const norm = tf.layers.batchNormalization({ name: 'bn', momentum: 1 });
  const flat = tf.layers.flatten().apply(norm.apply(norm.apply(input)));
  const output = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const trainer = await compile(model, examples(8));
  trainer.step(indices(0, 8), 0, 1e-3);
  trainer.writeModel();
  trainer.dispose();
  const weights = weightsOf(model);
  assert.deepEqual(weights.get('bn/moving_mean'), [0, 0, 0]);
  assert.deepEqual(weights.get('bn/moving_variance'), [1, 1, 1]);
  model.dispose();
});

test('the number of a failed step is told exactly, however high', async () => {
  const model = smallModel();
  const [kernel, bias] = model.getLayer('classes').getWeights();
  model.getLayer('classes').setWeights([tf.fill(kernel.shape, NaN), bias]);
  const trainer = await compile(model, examples(8), { optimizer: sgd() });
  const step = 2 ** 24 + 1;
  trainer.step(indices(0, 8), step, 0.01);
  assert.equal(trainer.totals().failedStep, step);
  trainer.dispose();
  model.dispose();
});

test('losses from logits and from probabilities that no softmax made', async () => {
  const data = examples(12);
  const head = (activation: 'linear' | 'softmax' | 'sigmoid'): tf.LayersModel =>
    tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [8, 8, 3] }),
        tf.layers.dense({
          units: 3,
          activation,
          kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }),
        }),
      ],
    });
  const lossOf = async (model: tf.LayersModel, loss: Parameters<typeof compile>[2]): Promise<number> => {
    const trainer = await compile(model, data, loss);
    trainer.step(indices(0, 12), 0, 0);
    const result = trainer.totals().loss / 12;
    trainer.dispose();
    return result;
  };
  const softmax = await lossOf(head('softmax'), { loss: crossEntropy() });
  assert.ok(
    Math.abs((await lossOf(head('linear'), { loss: crossEntropy({ fromLogits: true }) })) - softmax) < 1e-6,
  );

  const model = head('sigmoid');
  const pixels = tf.div(tf.tensor4d(Float32Array.from(data.images), [12, 8, 8, 3]), 255);
  const shares = (model.predict(pixels) as tf.Tensor2D).arraySync();
  const byHand = shares.reduce((sum, row, i) => {
    return sum - Math.log(row[data.labels[i]] / row.reduce((a, b) => a + b)) / 12;
  }, 0);
  assert.ok(Math.abs((await lossOf(model, { loss: crossEntropy() })) - byHand) < 1e-5);
  const squares = shares.reduce((sum, row, i) => {
    return sum + row.reduce((part, share, j) => part + (share - (j === data.labels[i] ? 1 : 0)) ** 2, 0) / 36;
  }, 0);
  assert.ok(Math.abs((await lossOf(model, { loss: meanSquaredError() })) - squares) < 1e-5);
});

test('compiling, training and disposing leaves no tensor behind', async () => {
  const model = smallModel({ dropout: 0.2 });
  const data = examples(8);
  const round = async (): Promise<void> => {
    const trainer = await compile(model, data, {
      optimizer: rmsprop({ momentum: 0.5 }),
      augmentation: noAugmentation,
    });
    for (let step = 0; step < 3; step++) trainer.step(indices(0, 8), step, 1e-3);
    trainer.totals();
    trainer.measure(indices(0, 8));
    trainer.setSlots(trainer.slots());
    trainer.gradients(indices(0, 8), 0);
    trainer.writeModel();
    trainer.dispose();
  };
  await round();
  const before = tf.memory().numTensors;
  await round();
  assert.equal(tf.memory().numTensors, before);
  model.dispose();
});

function refusal(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UserError && message.test(error.message);
}
