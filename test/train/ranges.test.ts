/** Every number of a recipe has a range, and an error says it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  checkPrecisionChoice,
  checkRecipe,
  constant,
  cosine,
  crossEntropy,
  earlyStopping,
  linear,
  meanSquaredError,
  noAugmentation,
  oneCycle,
  preciseStatistics,
  recipe as namedRecipe,
  recipeNamesFor,
  reduceOnPlateau,
  rmsprop,
  sgd,
  standardAugmentation,
  stepDecay,
  warmUp,
  type Recipe,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { networks } from '../../lib/models';
import { train } from '../../lib/train';
import { noiseDataset, smallModel } from './fixtures';

const shape = [32, 32, 3] as const;

const whole: Recipe = {
  epochs: 10,
  batchSize: 32,
  incompleteBatch: 'keep',
  optimizer: adam(),
  schedule: constant(),
  loss: crossEntropy(),
  metrics: [],
  outputWeights: null,
  resizing: null,
  classWeights: null,
  augmentation: noAugmentation,
  normalisation: null,
  precision: 'float32',
  validation: { split: 0.1 },
  validationFrequency: 1,
  earlyStopping: null,
  preciseStatistics: null,
  whitening: null,
  keep: 'last',
  seed: 1,
};

const says =
  (message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  };

function refuses(change: object, message: RegExp): void {
  assert.throws(() => {
    checkRecipe({ ...whole, ...change }, shape);
  }, says(message));
}

describe('what is out of its range is refused, in plain objects too', () => {
  const settings: Record<
    string,
    readonly [object, readonly (readonly [string, readonly unknown[], RegExp])[]]
  > = {
    optimizer: [
      sgd(),
      [
        ['learningRate', [-0.1, NaN, Infinity, '0.1'], /a number of at least 0\.$/],
        ['weightDecay', [-1e-4], /at least 0/],
        ['momentum', [1, 1.5, -0.1], /a number of at least 0 and below 1/],
        ['clipNorm', [0, -1], /a number above 0, or null/],
        ['decayed', ['biases'], /one of all, kernels/],
        ['nesterov', [1], /true or false/],
      ],
    ],
    schedule: [
      oneCycle(),
      [
        ['rise', [-0.1, 1.1], /a number from 0 to 1/],
        ['initial', [2], /from 0 to 1/],
        ['final', [-1], /from 0 to 1/],
      ],
    ],
    loss: [
      crossEntropy(),
      [
        ['labelSmoothing', [1.7, 1, -0.1], /at least 0 and below 1/],
        ['fromLogits', ['no'], /true or false/],
      ],
    ],
    augmentation: [
      standardAugmentation,
      [
        ['crop', [-1, 1.5, 32, NaN], /a whole number from 0 to 31: with more, .* 32×32/],
        ['cutout', [-1, 32], /a whole number from 0 to 31/],
        ['flip', [0, 'always'], /true, false or alternating/],
        ['padding', ['edge', 0], /one of zeros, reflect, or left out/],
        ['mixup', [-0.1, NaN, '0.2'], /a number of at least 0/],
        ['cutmix', [-1, Infinity], /a number of at least 0/],
      ],
    ],
    earlyStopping: [
      earlyStopping(),
      [
        ['patience', [0, 2.5], /a whole number of at least 1/],
        ['minDelta', [-1], /at least 0/],
      ],
    ],
    preciseStatistics: [preciseStatistics(), [['batches', [0, 1.5, null], /a whole number of at least 1/]]],
    normalisation: [
      { mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1] },
      [
        ['mean', [[0.5], [0, 0, NaN], 0.5], /a list of 3, each a finite number/],
        [
          'deviation',
          [
            [1, 1, 0],
            [1, 1],
          ],
          /a list of 3, each a number above 0/,
        ],
      ],
    ],
    validation: [{ split: 0.1 }, [['split', [0, 1, -0.1, NaN], /a number above 0 and below 1/]]],
  };
  for (const [part, [good, cases]] of Object.entries(settings)) {
    test(part, () => {
      checkRecipe({ ...whole, [part]: good }, shape);
      for (const [setting, values, range] of cases) {
        for (const value of values) {
          refuses(
            { [part]: { ...good, [setting]: value } },
            new RegExp(`^${part}\\.${setting} is .*, but has to be .*${range.source}`),
          );
        }
      }
    });
  }

  test('the rest of a recipe', () => {
    for (const epochs of [0, -1, NaN, Infinity, '3']) refuses({ epochs }, /^epochs is .*a number above 0/);
    for (const setting of ['batchSize', 'validationFrequency']) {
      for (const value of [0, -1, 1.5, NaN, '3']) {
        refuses({ [setting]: value }, new RegExp(`^${setting} is .*a whole number of at least 1`));
      }
    }
    refuses({ seed: 0.5 }, /^seed is 0\.5, but has to be a whole number/);
    refuses({ seed: 5n }, /^seed is 5, but has to be a whole number/);
    refuses({ incompleteBatch: 'pad' }, /^incompleteBatch is "pad", but has to be one of keep, drop/);
    refuses({ keep: 'first' }, /^keep is "first", but has to be one of last, best/);
    refuses({ precision: 'float16' }, /^precision is "float16".*float32, mixed_bfloat16/);
    const stage = { until: 0.5, side: 16 };
    refuses({ resizing: [] }, /^resizing is \[\], but has to be a list of stages such as/);
    refuses({ resizing: stage }, /^resizing is \{"until":0\.5,"side":16\}, but has to be a list of stages/);
    for (const side of [0, 32, 8.5, '16']) {
      refuses({ resizing: [{ until: 0.5, side }] }, /^resizing\[0\]\.side is .* from 1 to 31: .* 32×32/);
    }
    for (const until of [0, 1, NaN]) {
      refuses({ resizing: [stage, { until, side: 24 }] }, /^resizing\[1\]\.until is .*above 0 and below 1/);
    }
    refuses({ resizing: [stage, stage] }, /^resizing\[1\]\.until is 0\.5, but has to be above 0\.5/);
    assert.throws(
      () => {
        checkRecipe({ ...whole, resizing: [stage] }, [32, 48, 3]);
      },
      says(/^resizing is .*, but has to be null for images that are not square: these are 32×48/),
    );
    refuses({ optimizer: 'adam' }, /^optimizer is "adam", but has to be an object whose kind is one of sgd,/);
    refuses({ optimizer: { ...sgd(), kind: 'sdg' } }, /^optimizer\.kind is "sdg".*one of sgd, adagrad/);
    refuses({ schedule: null }, /^schedule is null/);
    refuses({ validation: 'tests' }, /^validation is "tests", but has to be test, none, or \{ split \}/);
    refuses({ augmentation: { crop: 4 } }, /^augmentation\.flip is undefined/);
    const then = { ...cosine(), final: 2 };
    refuses({ schedule: { kind: 'warmUp', epochs: 1, then } }, /^schedule\.then\.final is 2/);
    refuses({ schedule: { kind: 'warmUp', epochs: -1, then: cosine() } }, /^schedule\.epochs is -1/);
    refuses({ schedule: { ...warmUp(1), then: warmUp(1) } }, /^schedule\.then\.kind is "warmUp"/);
  });
});

test('the makers of optimizers, schedules and losses refuse at once', () => {
  const cases: [() => unknown, RegExp][] = [
    [() => sgd({ momentum: 1.5 }), /^optimizer\.momentum is 1\.5/],
    [() => adagrad({ initialAccumulator: -1 }), /initialAccumulator is -1/],
    [() => adadelta({ rho: 1 }), /rho is 1/],
    [() => rmsprop({ epsilon: 0 }), /epsilon is 0, but has to be a number above 0/],
    [() => adam({ beta1: 1 }), /beta1 is 1/],
    [() => adamW({ beta2: -1 }), /beta2 is -1/],
    [() => crossEntropy({ labelSmoothing: 1.7 }), /labelSmoothing is 1\.7/],
    [() => stepDecay({ every: 0 }), /every is 0, but has to be a number above 0/],
    [() => stepDecay({ factor: 0 }), /factor is 0, but has to be a number above 0 and at most 1/],
    [() => reduceOnPlateau({ factor: 1 }), /factor is 1/],
    [() => reduceOnPlateau({ patience: 0 }), /patience is 0/],
    [() => oneCycle({ rise: 2 }), /rise is 2/],
    [() => cosine({ final: -1 }), /final is -1/],
    [() => linear({ initial: 1.2 }), /initial is 1\.2, but has to be a number from 0 to 1/],
    [() => linear({ rise: -0.1 }), /rise is -0\.1/],
    [() => warmUp(NaN), /epochs is NaN/],
    [() => earlyStopping({ patience: 0 }), /patience is 0/],
  ];
  for (const [make, message] of cases) assert.throws(make, says(message));
});

test('every default, and every named recipe for every network, is in its ranges', () => {
  const optimizers = [sgd(), adagrad(), adadelta(), rmsprop(), adam(), adamW()];
  const schedules = [constant(), stepDecay(), cosine(), oneCycle(), linear(), reduceOnPlateau(), warmUp(2)];
  for (const optimizer of optimizers) checkRecipe({ ...whole, optimizer }, shape);
  for (const schedule of schedules) checkRecipe({ ...whole, schedule }, shape);
  checkRecipe({ ...whole, loss: meanSquaredError(), earlyStopping: earlyStopping() }, shape);
  for (const network of Object.keys(networks)) {
    for (const name of recipeNamesFor(network)) {
      const { precision, ...settings } = namedRecipe(name, network);
      checkPrecisionChoice(precision);
      checkRecipe({ ...whole, ...settings, normalisation: null }, shape);
    }
  }
});

test('train checks what it is given, for the images that it is given', async () => {
  const model = smallModel();
  const options = { augmentation: { ...noAugmentation, crop: 8 } };
  await assert.rejects(
    train(model, noiseDataset(), options),
    says(/^augmentation\.crop is 8.* 0 to 7.* 8×8/),
  );
  model.dispose();
});

test('a channel that never changes cannot be standardised', async () => {
  const model = smallModel();
  const dataset = noiseDataset();
  dataset.train.images.forEach((_, i) => (dataset.train.images[i] = i % 3 === 1 ? 7 : i % 256));
  await assert.rejects(
    train(model, dataset, { normalisation: 'channels' }),
    says(
      /^normalisation\.deviation is \[0\.\d+,0,0\.\d+\], but has to be a list of 3, each a number above 0/,
    ),
  );
  model.dispose();
});
