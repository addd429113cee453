import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  constant,
  cosine,
  earlyStopping,
  linear,
  oneCycle,
  rateFactor,
  recipe,
  recipeNamesFor,
  reduceOnPlateau,
  stepDecay,
  warmUp,
  type Schedule,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { tfjsEngine, train } from '../../lib/train';
import { stopsEarly } from '../../lib/runs/early-stopping';
import { row } from '../show/fixtures';
import { noiseDataset, smallModel } from './fixtures';

/** Of a run of ten epochs with ten steps each. */
function factor(schedule: Schedule, step: number, validationLosses: readonly number[] = []): number {
  return rateFactor(schedule, { step, stepsPerEpoch: 10, epochs: 10, validationLosses });
}

const close = (found: number, expected: number): void => {
  assert.ok(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);
};

test('constant stays, step decay falls behind every so many epochs', () => {
  assert.equal(factor(constant(), 57), 1);
  const schedule = stepDecay({ every: 3, factor: 0.5 });
  assert.deepEqual(
    [0, 29, 30, 59, 60, 90, 99].map((step) => factor(schedule, step)),
    [1, 1, 0.5, 0.5, 0.25, 0.125, 0.125],
  );
});

test('cosine goes from 1 at the first step to its end at the last, through the middle', () => {
  close(factor(cosine(), 0), 1);
  close(factor(cosine(), 99), 0);
  close(factor(cosine({ final: 0.2 }), 99), 0.2);
  close(factor(cosine(), 33), (1 + Math.cos(Math.PI / 3)) / 2);
  close(factor(cosine(), 66), 0.25);
});

test('one cycle rises to 1 at its share of the run, and falls', () => {
  const schedule = oneCycle({ rise: 1 / 3, initial: 0.1, final: 0.01 });
  close(factor(schedule, 0), 0.1);
  close(factor(schedule, 33), 1);
  close(factor(schedule, 99), 0.01);
  close(factor(schedule, 66), (1 + 0.01) / 2);
  const all = Array.from({ length: 100 }, (_, step) => factor(schedule, step));
  assert.ok(all.every((value, i) => i === 0 || (i <= 33 ? value > all[i - 1] : value < all[i - 1])));
});

test('one cycle may only rise, or only fall', () => {
  const rising = oneCycle({ rise: 1, initial: 0.1 });
  close(factor(rising, 0), 0.1);
  close(factor(rising, 99), 1);
  const falling = oneCycle({ rise: 0, final: 0.1 });
  close(factor(falling, 0), 1);
  close(factor(falling, 99), 0.1);
});

test('linear goes through its corners: up over its share of the steps, and down to its end after the last', () => {
  const schedule = linear({ rise: 0.25, initial: 0.2, final: 0.07 });
  close(factor(schedule, 0), 0.2);
  close(factor(schedule, 10), 0.2 + 0.8 * 0.4);
  close(factor(schedule, 25), 1);
  close(factor(schedule, 75), 1 - (0.93 * 2) / 3);
  close(factor(schedule, 99), 0.07 + 0.93 / 75);
  close(factor(schedule, 100), 0.07);
  // Within an epoch the rate changes from step to step.
  assert.ok(factor(schedule, 31) > factor(schedule, 32));
});

test('linear falls from the first step by default, and the last step is not for nothing; or it only rises', () => {
  assert.deepEqual(
    [0, 25, 50, 99].map((step) => Number(factor(linear(), step).toFixed(12))),
    [1, 0.75, 0.5, 0.01],
  );
  const rising = linear({ rise: 1, initial: 0 });
  close(factor(rising, 0), 0);
  close(factor(rising, 99), 0.99);
  close(factor(rising, 100), 1);
  const later = warmUp(2, linear());
  close(factor(later, 20), 1);
  close(factor(later, 60), 0.5);
});

test('a warm-up that takes the whole run leaves nothing of the schedule after it, and no rate that is no number', () => {
  for (const then of [linear(), linear({ rise: 0.3 }), cosine(), oneCycle()]) {
    const position = { stepsPerEpoch: 5, epochs: 2, validationLosses: [] };
    for (const epochs of [2, 3]) {
      for (let step = 0; step < 10; step++) {
        const found = rateFactor(warmUp(epochs, then), { ...position, step });
        assert.ok(found > 0 && found <= 1, `${then.kind}, step ${step}: ${found}`);
      }
    }
  }
});

test('the speed-run’s rates: 476 steps, 0.2 at first, 1 after 23 % of them, 0.07 in the end', () => {
  const schedule = linear({ rise: 0.23, initial: 0.2, final: 0.07 });
  const rates = Array.from({ length: 477 }, (_, step) =>
    rateFactor(schedule, { step, stepsPerEpoch: 48, epochs: 476 / 48, validationLosses: [] }),
  );
  close(rates[0], 0.2);
  close(rates[476], 0.07);
  const peak = rates.indexOf(Math.max(...rates));
  assert.ok(Math.abs(peak - 0.23 * 476) < 1 && rates[peak] > 0.99);
});

test('a plateau counts validations without a lower loss, and begins to count anew', () => {
  const schedule = reduceOnPlateau({ patience: 2, factor: 0.1, minDelta: 0.01, minimum: 0.001 });
  const after = (...losses: number[]): number => factor(schedule, 50, losses);
  close(after(), 1);
  close(after(1, 0.9, 0.895), 1);
  close(after(1, 0.9, 0.895, 0.893), 0.1);
  close(after(1, 0.9, 0.895, 0.893, 0.899), 0.1);
  close(after(1, 0.9, 0.895, 0.893, 0.8, 0.8), 0.1);
  close(after(1, 0.9, 0.895, 0.893, 0.8, 0.8, 0.8), 0.01);
  close(after(...new Array<number>(20).fill(1)), 0.001);
});

test('a warm-up rises in equal steps to where the schedule begins, which has the rest of the run', () => {
  const schedule = warmUp(2, cosine());
  close(factor(schedule, 0), 1 / 21);
  close(factor(schedule, 9), 10 / 21);
  close(factor(schedule, 20), 1);
  close(factor(schedule, 99), 0);
  const decaying = warmUp(1, stepDecay({ every: 3, factor: 0.5 }));
  assert.deepEqual(
    [39, 40].map((step) => factor(decaying, step)),
    [1, 0.5],
  );
});

test('early stopping waits for its patience, and for lower losses by its least difference', () => {
  const stops = (settings: ReturnType<typeof earlyStopping>, ...losses: (number | null)[]): boolean =>
    stopsEarly(
      settings,
      losses.map((valLoss, i) => row(i + 1, { valLoss })),
    );
  const patient = earlyStopping({ patience: 2 });
  assert.equal(stops(patient, 1, 2), false);
  assert.equal(stops(patient, 1, 2, 1), true);
  assert.equal(stops(patient, 1, null, 2, null), false, 'epochs that were not validated do not count');
  assert.equal(stops(patient, 1, 2, 0.99), false);
  assert.equal(stops({ ...patient, minDelta: 0.1 }, 1, 0.95, 0.92), true);
});

test('train follows the schedule, validates as often as asked, and stops early', async () => {
  const model = smallModel();
  const history = await train(model, noiseDataset(), {
    epochs: 12,
    batchSize: 8,
    engine: tfjsEngine,
    schedule: stepDecay({ every: 2, factor: 0.5 }),
    validation: 'test',
    validationFrequency: 2,
    // A learning rate too small to gain anything by.
    earlyStopping: { patience: 2, minDelta: 10 },
  });
  model.dispose();
  assert.equal(history.stoppedEarly, true);
  // The first validation is the best; two more bring nothing.
  assert.deepEqual(
    history.epochs.map(({ valLoss }) => valLoss !== null),
    [false, true, false, true, false, true],
  );
  assert.deepEqual(
    history.epochs.map(({ learningRate }) => learningRate * 1000),
    [1, 1, 0.5, 0.5, 0.25, 0.25],
  );
  const [{ memoryMB, tensors, valTop5 }] = history.epochs.slice(1);
  assert.ok(memoryMB > 50 && tensors > 0);
  assert.equal(valTop5, 1, 'there are three classes');
});

test('what goes by the validation needs one', async () => {
  const model = smallModel();
  const options = { validation: 'none', schedule: warmUp(1, reduceOnPlateau()), keep: 'best' } as const;
  await assert.rejects(
    train(model, noiseDataset(), options),
    (error) =>
      error instanceof UserError &&
      /the schedule, .* and keep: 'best' go by the validation/.test(error.message),
  );
  model.dispose();
});

test('recipes by name', () => {
  assert.equal(recipe('seed').optimizer.kind, 'adam');
  assert.deepEqual([recipe('seed').epochs, recipe('seed').batchSize], [10, 32]);
  const modern = recipe('modern');
  assert.ok(modern.optimizer.kind === 'sgd' && modern.optimizer.nesterov && modern.optimizer.weightDecay > 0);
  assert.throws(
    () => recipe('old'),
    /No recipe is called "old"\. Choose one of: seed, modern, best, speedrun, /,
  );
  assert.deepEqual(recipeNamesFor('vgg16'), ['seed', 'modern', 'best']);
  assert.equal(recipe('speedrun', 'speedrun').batchSize, 1024);
  assert.throws(
    () => recipe('speedrun', 'vgg16'),
    /^UserError: The recipe "speedrun" is made for the network speedrun, not for vgg16\. Choose one of: seed, modern, best\.$/,
  );
});
