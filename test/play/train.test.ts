/** Training in the page's engine: the networks of lib/models, learning in tfjs without Node's TensorFlow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '@tensorflow/tfjs-core';
import { networks } from '../../lib/models';
import { blueprintPack } from '../../lib/play/network-pack';
import type { BlueprintPack } from '../../lib/play/pack';
import { buildNetwork } from '../../lib/play/page/engine/train/build';
import { makeTrainer } from '../../lib/play/page/engine/train';
import type { LabelledPictures, TrainerOptions } from '../../lib/play/page/engine/train/types';
import type { Pixels } from '../../lib/play/page/engine/types';
import { useWasm } from './backend';

const shape = { inputShape: [16, 16, 3], classes: 2 } as const;
let baseline: BlueprintPack;
let lenet5: BlueprintPack;

test.before(async () => {
  await useWasm();
  baseline = await blueprintPack(networks.baseline.build({ ...shape, seed: 0 }), 'baseline', 'Baseline');
  lenet5 = await blueprintPack(
    networks.lenet5.build({ ...shape, seed: 0, activation: 'relu' }),
    'lenet5',
    'LeNet-5 with ReLU',
  );
});

/** Two kinds of pictures: a bright square at the left or at the right, on noise. */
function squares(count: number): LabelledPictures {
  const pictures = Array.from({ length: count }, (_, i): Pixels => {
    const values = Float32Array.from({ length: 16 * 16 * 3 }, (_v, at) => {
      const [y, x] = [Math.floor(at / 48), Math.floor(at / 3) % 16];
      const inside = y >= 4 && y < 12 && (i % 2 === 0 ? x < 6 : x >= 10);
      return inside ? 0.8 : ((at * 7919 + i * 104729) % 97) / 300;
    });
    return { height: 16, width: 16, channels: 3, values };
  });
  return { title: 'squares', pictures, labels: pictures.map((_, i) => i % 2), classNames: ['left', 'right'] };
}

function options(change: Partial<TrainerOptions> = {}): TrainerOptions {
  return {
    blueprint: lenet5,
    training: squares(24),
    heldOut: squares(8),
    seed: 1,
    settings: { optimizer: 'adam', learningRate: 0.003, batchSize: 8 },
    ...change,
  };
}

test('a blueprint makes the weights that Node draws from the same seed', async () => {
  for (const [blueprint, build] of [
    [baseline, networks.baseline.build],
    [lenet5, networks.lenet5.build],
  ] as const) {
    const here = await buildNetwork(blueprint, 3);
    const there = build({
      inputShape: [16, 16, 3],
      classes: 2,
      seed: 3,
      ...(blueprint === lenet5 && { activation: 'relu' }),
    });
    const expected = there.getWeights().map((weight) => [...weight.dataSync()]);
    assert.deepEqual(
      here.getWeights().map((weight) => [...weight.dataSync()]),
      expected,
    );
    here.dispose();
    there.dispose();
  }
});

test('the loss falls, and pictures that were held out are told apart', async () => {
  for (const blueprint of [baseline, lenet5]) {
    const trainer = await makeTrainer(options({ blueprint }));
    const before = await trainer.measure();
    const losses: number[] = [];
    while (trainer.epoch < 8) losses.push((await trainer.advance()).loss);
    assert.equal(trainer.step, 24);
    const firsts = losses.slice(0, 3).reduce((sum, loss) => sum + loss, 0);
    const lasts = losses.slice(-3).reduce((sum, loss) => sum + loss, 0);
    assert.ok(lasts < firsts / 2, `${blueprint.id}: ${losses.join(' ')}`);
    if (blueprint === lenet5) {
      const after = await trainer.measure();
      assert.ok(after.loss < before.loss / 2 && after.accuracy === 1, JSON.stringify({ before, after }));
    }
    trainer.dispose();
  }
});

test('a seed decides the whole course, dropout and order included; another takes another', async () => {
  const course = async (seed: number): Promise<number[]> => {
    const trainer = await makeTrainer(options({ blueprint: baseline, seed }));
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) losses.push((await trainer.advance()).loss);
    trainer.dispose();
    return losses;
  };
  const first = await course(1);
  assert.deepEqual(await course(1), first);
  assert.notDeepEqual(await course(2), first);
});

test('each pass sees every picture once, whatever becomes of the batch size', async () => {
  const trainer = await makeTrainer(options({ training: squares(10) }));
  await trainer.advance();
  assert.equal(trainer.epoch, 0.8);
  await trainer.advance();
  assert.equal(trainer.epoch, 1);
  trainer.settings = { ...trainer.settings, batchSize: 4 };
  for (let step = 0; step < 3; step++) await trainer.advance();
  assert.equal(trainer.epoch, 2);
  trainer.dispose();
});

test('a learning rate of 0 stops learning; another optimizer goes on from the same weights', async () => {
  const trainer = await makeTrainer(options());
  const kernel = async (): Promise<number[]> => [...(await trainer.weights('c1'))['kernel'].values];
  const start = await kernel();
  await trainer.advance();
  const moved = await kernel();
  assert.notDeepEqual(moved, start);
  for (const optimizer of ['sgd', 'momentum', 'rmsprop', 'adam'] as const) {
    const before = await kernel();
    trainer.settings = { optimizer, learningRate: 0, batchSize: 8 };
    await trainer.advance();
    assert.deepEqual(await kernel(), before, optimizer);
    trainer.settings = { optimizer, learningRate: 0.01, batchSize: 8 };
    await trainer.advance();
    assert.notDeepEqual(await kernel(), before, optimizer);
  }
  trainer.dispose();
});

test('the pack holds the trained weights and how pixels were scaled', async () => {
  const trainer = await makeTrainer(options());
  await trainer.advance();
  const pack = await trainer.pack('mine', 'Mine', 0.5);
  const kernel = (await trainer.weights('c1'))['kernel'];
  assert.deepEqual(pack.weights.entries[0], { name: 'c1/kernel', shape: [5, 5, 3, 6], dtype: 'float32' });
  const bytes = Buffer.from(pack.weights.bytes, 'base64');
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 5 * 5 * 3 * 6 * 4));
  assert.deepEqual(values, Float32Array.from(kernel.values));
  const parameters = pack.weights.entries.reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  assert.equal(bytes.length, 4 * parameters);
  assert.ok(pack.scale.mean.every((mean) => mean > 0 && mean < 1));
  assert.deepEqual(pack.facts?.accuracy, 0.5);
  trainer.dispose();
});

test('no tensor is left behind', async () => {
  const before = memory().numTensors;
  const trainer = await makeTrainer(options({ blueprint: baseline }));
  await trainer.advance();
  const settled = memory().numTensors;
  for (let step = 0; step < 3; step++) {
    await trainer.advance();
    await trainer.measure();
    await trainer.output('conv', squares(1).pictures[0]);
  }
  assert.equal(memory().numTensors, settled);
  trainer.dispose();
  assert.equal(memory().numTensors, before);
});
