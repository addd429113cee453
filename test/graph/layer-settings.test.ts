/** Layers that are updated in a way of their own, and Muon beside gradient descent: against the formulas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getNamed, type NamedArray, type NamedArrays } from '../../lib/models/weights/named';
import { adam, muon, recipe, sgd, type Optimizer } from '../../lib/recipe';
import { compile, examples, indices, smallModel } from './fixtures';

const count = 12;

/** A step from the same weights: those before it, those after it, and the gradients. */
async function step(
  optimizer: Optimizer,
): Promise<{ before: NamedArrays; after: NamedArrays; gradients: NamedArrays }> {
  const model = smallModel();
  const trainer = await compile(model, examples(count), { optimizer });
  const before = getNamed(model);
  const { gradients } = trainer.gradients(indices(0, count), 0);
  trainer.step(indices(0, count), 0, optimizer.learningRate);
  trainer.writeModel();
  const after = getNamed(model);
  trainer.dispose();
  model.dispose();
  return { before, after, gradients };
}

function valuesOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, name);
  return array.values;
}

function close(found: Float32Array, expected: (i: number) => number, what: string): void {
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected(i)) < 1e-5, `${what} ${i}: ${value}, not ${expected(i)}`);
  });
}

const norm = (values: Float32Array): number => Math.hypot(...values);

test('a layer that is trained for some epochs changes in these, and then not at all', async () => {
  const model = smallModel();
  const layers = [
    { layers: 'hidden', trainedEpochs: 2 },
    { layers: 'bn', frozenEpochs: 1, trainedEpochs: 2 },
  ];
  const optimizer = adam({ weightDecay: 0.1, ema: { decay: 0.9 }, layers });
  const trainer = await compile(model, examples(24), { optimizer, stepsPerEpoch: 3 });
  const states: NamedArrays[] = [];
  for (let step = 0; step <= 8; step++) {
    trainer.writeModel();
    states.push(new Map([...getNamed(model), ...trainer.slots()]));
    trainer.step(indices(4 * (step % 6), 4), step, 0.01);
  }
  assert.equal(trainer.totals().failedStep, null);
  const same = (a: NamedArray | undefined, b: NamedArray | undefined): boolean =>
    a?.values.every((value, i) => value === b?.values[i]) === true;
  for (const name of states[0].keys()) {
    // A bias in front of batch normalisation has no effect; averages go on until they agree with the weights.
    if (name.startsWith('conv/bias') || name.endsWith('/average')) continue;
    const changed = states.slice(1).map((state, i) => !same(states[i].get(name), state.get(name)));
    const expected = changed.map((_, i) => {
      if (name.startsWith('hidden/')) return i < 6;
      return name.startsWith('bn/') ? i >= 3 && i < 6 : true;
    });
    assert.deepEqual(changed, expected, name);
  }
  trainer.dispose();
  model.dispose();
});

test('the decay of a layer is multiplied by its own factor, beside that of its rate', async () => {
  const layers = [
    { layers: 'hidden', rate: 4, decay: 0.25 },
    { layers: 'classes', decay: 0 },
  ];
  const { before, after, gradients } = await step(sgd({ learningRate: 0.1, weightDecay: 0.5, layers }));
  for (const [layer, rate, decay] of [
    ['conv', 0.1, 0.05],
    ['hidden', 0.4, 0.05],
    ['classes', 0.1, 0],
  ] as const) {
    const name = `${layer}/kernel`;
    const [old, gradient] = [valuesOf(before, name), valuesOf(gradients, name)];
    close(valuesOf(after, name), (i) => old[i] * (1 - decay) - rate * gradient[i], name);
  }
});

test('Muon with descent beside it: kernels of norm √filters move as ever, the rest descends and decays', async () => {
  const descent = { learningRate: 0.5, momentum: 0.8, nesterov: true, weightDecay: 0.04 };
  const settings = { learningRate: 0.1, weightDecay: 0, iterations: 3, scale: null, descent };
  const layers = [{ layers: 'bn', rate: 2, decay: 0.5 }];
  const plain = await step(muon({ ...settings, layers }));
  const unit = await step(muon({ ...settings, layers, unitFilters: true }));
  for (const [name, filters] of [
    ['conv/kernel', 6],
    ['hidden/kernel', 128],
  ] as const) {
    const old = valuesOf(plain.before, name);
    const moved = valuesOf(plain.after, name);
    const length = Math.sqrt(filters) / norm(old);
    assert.ok(norm(moved.map((value, i) => value - old[i])) > 0.1);
    close(valuesOf(unit.after, name), (i) => old[i] * length + moved[i] - old[i], name);
  }
  for (const [name, rate] of [
    ['classes/kernel', 0.5],
    ['classes/bias', 0.5],
    ['hidden/bias', 0.5],
    ['bn/beta', 1],
  ] as const) {
    const [old, gradient] = [valuesOf(plain.before, name), valuesOf(plain.gradients, name)];
    // Nesterov's first step is that of the gradient times 1 + momentum; the decay is 0.5 · 0.04 for all of them.
    close(valuesOf(plain.after, name), (i) => old[i] * 0.98 - rate * 1.8 * gradient[i], name);
  }
});

test("the speed-run's recipes are those of their author, whose losses are sums over a batch", () => {
  const { optimizer, batchSize } = recipe('speedrun');
  assert.ok(optimizer.kind === 'sgd');
  const is = (found: number | undefined, expected: number): void => {
    assert.ok(found !== undefined && Math.abs(found / expected - 1) < 1e-9, `${found}, not ${expected}`);
  };
  // Kilosteps: 1,024 · (1 + 1 / (1 − 0.85)).
  const scale = 1024 * (1 + 1 / 0.15);
  is(optimizer.learningRate, (11.5 / scale) * batchSize);
  // What a step shrinks weights by in the end, after the momentum: 0.0153 · 1,024 / scale / (1 − 0.85).
  is(optimizer.learningRate * optimizer.weightDecay, (0.0153 * 1024) / scale / 0.15);
  const [offsets, whiten] = optimizer.layers ?? [];
  assert.deepEqual(offsets, { layers: 'group*_bn*', rate: 64, decay: 1 / 64 });
  assert.deepEqual(whiten, { layers: 'whiten', trainedEpochs: 3 });

  const later = recipe('speedrun-muon');
  const ours = later.optimizer;
  assert.ok(ours.kind === 'muon' && ours.descent);
  assert.deepEqual([later.batchSize, later.epochs, ours.learningRate, ours.momentum], [2000, 8, 0.24, 0.6]);
  // The author's classifier, of deviation 1, is divided by 256; this one by 9: a step of it is (9/256)² as large.
  is(ours.descent.learningRate, 0.67 * 2000 * (9 / 256) ** 2);
  const [bias] = (ours.layers ?? []).filter(({ layers }) => layers === 'whiten');
  is(ours.descent.learningRate * (bias.rate ?? 1), 0.053 * 2000);
  const shrink = (2e-6 * 2000) / 0.15;
  is(ours.descent.learningRate * ours.descent.weightDecay, shrink);
  is(ours.descent.learningRate * ours.descent.weightDecay * (bias.rate ?? 1) * (bias.decay ?? 1), shrink);
});
