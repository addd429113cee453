/** The form that a training graph takes for a GPU, run on this machine's own device: it computes what the other form does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Totals, TrainerOptions } from '../../lib/graph';
import { networkNamed } from '../../lib/models';
import {
  adagrad,
  adam,
  crossEntropy,
  lion,
  noAugmentation,
  recipe,
  rmsprop,
  sgd,
  type NamedRecipe,
  type Optimizer,
} from '../../lib/recipe';
import { compile, examples, imageShape, indices, weightsOf } from './fixtures';

const batch = 6;
const count = 60;

/** Totals and weights after some steps on 8×8 images of three classes. */
async function trained(
  network: string,
  options: Partial<TrainerOptions>,
  learningRate = 1e-3,
  steps = 10,
): Promise<{ totals: Record<string, number | null>; weights: Map<string, number[]> }> {
  const model = networkNamed(network).build({ inputShape: imageShape, classes: 3, seed: 1 });
  const trainer = await compile(model, examples(count), options);
  for (let step = 0; step < steps; step++) trainer.step(indices(step * batch, batch), step, learningRate);
  const totals = { ...trainer.totals(), metrics: null };
  trainer.writeModel();
  trainer.dispose();
  const weights = weightsOf(model);
  model.dispose();
  return { totals, weights };
}

const seed: Partial<TrainerOptions> = {
  optimizer: adam(),
  loss: crossEntropy(),
  augmentation: noAugmentation,
};
const modern = ({ optimizer, loss, augmentation }: NamedRecipe): Partial<TrainerOptions> => ({
  optimizer,
  loss,
  // A crop by four pixels and a hole of eight leave little of eight.
  augmentation: { ...augmentation, crop: 2, cutout: 3 },
});

// Its gradient is nothing but rounding errors, since batch normalisation follows, and Adam makes full steps of them.
const isNoise = (weight: string): boolean => weight === 'conv/bias';

/** Baseline's batch normalisation has six channels, for which the two forms differ. */
async function compareForms(options: Partial<TrainerOptions>, tolerance: number): Promise<void> {
  const cpu = await trained('baseline', { ...options, device: 'cpu' });
  const gpu = await trained('baseline', { ...options, device: 'gpu' });
  for (const [key, value] of Object.entries(cpu.totals)) close(key, gpu.totals[key], value, tolerance);
  for (const [weight, values] of cpu.weights) {
    if (isNoise(weight)) continue;
    const found = gpu.weights.get(weight)!;
    values.forEach((value, i) => {
      close(`${weight}[${i}]`, found[i], value, tolerance);
    });
  }
}

test('the form for a GPU trains as that for a CPU, with the recipe seed', async () => {
  // Adam divides by the size of a gradient, and rounding errors grow with it.
  await compareForms(seed, 1e-3);
});

test('the form for a GPU trains as that for a CPU, with the recipe modern', async () => {
  await compareForms(modern(recipe('modern', 'baseline')), 5e-6);
});

test('in the form for a GPU, too, a step whose loss is not finite changes nothing, nor does any after it', async () => {
  // The first step takes the weights so far that the second one's loss overflows.
  const options = { optimizer: sgd(), device: 'gpu' } as const;
  const [one, three] = [
    await trained('baseline', options, 1e30, 1),
    await trained('baseline', options, 1e30),
  ];
  assert.equal(one.totals['failedStep'], null);
  assert.equal(three.totals['failedStep'], 1);
  assert.equal(three.totals['images'], batch);
  assert.deepEqual(three.weights, one.weights);
});

/** Totals and weights after steps in calls of the given numbers of steps, whose learning rates all differ. */
async function inCalls(
  options: Partial<TrainerOptions>,
  calls: readonly number[],
): Promise<{ totals: Totals; weights: Map<string, number[]> }> {
  const model = networkNamed('baseline').build({ inputShape: imageShape, classes: 3, seed: 1, dropout: 0.4 });
  const trainer = await compile(model, examples(count), { optimizer: adam(), ...options });
  let step = 0;
  for (const steps of calls) {
    const rates = Array.from({ length: steps }, (_, i) => 1e-3 / (1 + step + i));
    trainer.steps(indices(step * batch, steps * batch), step, rates);
    step += steps;
  }
  const totals = trainer.totals();
  trainer.writeModel();
  trainer.dispose();
  const weights = weightsOf(model);
  model.dispose();
  return { totals, weights };
}

test('in the form for a GPU, too, several steps in one call are those steps one after the other, to the bit', async () => {
  for (const device of ['cpu', 'gpu'] as const) {
    assert.deepEqual(
      await inCalls({ device }, [3, 1, 4]),
      await inCalls({ device }, Array(8).fill(1)),
      device,
    );
  }
});

test('dropout draws the same masks in both forms', async () => {
  const [cpu, gpu] = [await inCalls({ device: 'cpu' }, [8]), await inCalls({ device: 'gpu' }, [8])];
  close('the loss', gpu.totals.loss, cpu.totals.loss, 1e-4);
  for (const [weight, values] of cpu.weights) {
    if (isNoise(weight)) continue;
    values.forEach((value, i) => {
      close(`${weight}[${i}]`, gpu.weights.get(weight)![i], value, 1e-3);
    });
  }
});

test('in the form for a GPU, too, the step that failed is told exactly, and the good ones before it in its call count', async () => {
  const model = networkNamed('baseline').build({ inputShape: imageShape, classes: 3, seed: 1 });
  const trainer = await compile(model, examples(count), { optimizer: sgd(), device: 'gpu' });
  const first = 2 ** 24 + 1;
  trainer.steps(indices(0, 4 * batch), first, [0, 1e30, 1, 1]);
  const { failedStep, images } = trainer.totals();
  assert.deepEqual({ failedStep, images }, { failedStep: first + 2, images: 2 * batch });
  trainer.dispose();
  model.dispose();
});

test('in the form for a GPU, too, a step that failed leaves no trace in the weights and slots, whatever the optimizer', async () => {
  // The second step takes the weights so far that the loss of the third overflows.
  const rates = [1e-3, 1e30, 1, 1];
  const after = async (optimizer: Optimizer, steps: number): Promise<unknown[]> => {
    const model = networkNamed('baseline').build({ inputShape: imageShape, classes: 3, seed: 1 });
    const trainer = await compile(model, examples(count), { optimizer, device: 'gpu' });
    trainer.steps(indices(0, steps * batch), 0, rates.slice(0, steps));
    const { failedStep, images } = trainer.totals();
    trainer.writeModel();
    const state = [weightsOf(model), new Map(trainer.slots())];
    trainer.dispose();
    model.dispose();
    assert.deepEqual(
      [failedStep, images],
      [steps > 2 ? 2 : null, Math.min(steps, 2) * batch],
      optimizer.kind,
    );
    return state;
  };
  const optimizers = [
    sgd({ momentum: 0.9, weightDecay: 1e-3 }),
    adam({ ema: { decay: 0.9 } }),
    rmsprop({ momentum: 0.9 }),
    adagrad(),
    lion({ lookahead: { steps: 2, share: 0.5 } }),
  ];
  for (const optimizer of optimizers) {
    assert.deepEqual(await after(optimizer, 4), await after(optimizer, 2), optimizer.kind);
  }
});

function close(what: string, found: number | null, expected: number | null, tolerance: number): void {
  if (found === null || expected === null) assert.equal(found, expected, what);
  else
    assert.ok(
      Math.abs(found - expected) < tolerance * Math.max(1, Math.abs(expected)),
      `${what}: ${found}, not ${expected}`,
    );
}
