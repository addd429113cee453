/** How weights are updated, against Keras: one step and fifty, from the same weights; and what Keras has no word for. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lenet5 } from '../../lib/models';
import { getNamed, setNamed, type NamedArray, type NamedArrays } from '../../lib/models/weights/named';
import {
  adam,
  cosineRestarts,
  crossEntropy,
  lion,
  muon,
  rateFactor,
  sgd,
  type LayerSettings,
  type Lookahead,
  type Optimizer,
} from '../../lib/recipe';
import { KerasReference, withoutKeras } from '../models/keras';
import { compile, examples, indices, smallModel } from './fixtures';
import { KerasRun } from './keras-run';

interface KerasCase {
  readonly id: string;
  readonly network?: 'lenet5';
  readonly options?: object;
  readonly optimizer?: { readonly class_name: string; readonly config: object };
  readonly groups?: readonly { readonly layers: string[]; readonly rate: number; readonly frozen: number }[];
  readonly lookahead?: Lookahead;
  readonly batch?: number;
  readonly schedule?: { readonly class_name: string; readonly config: object };
  readonly steps: number;
}

interface Case extends KerasCase {
  /** By how much of its norm a change may be off. */
  readonly tolerance: number;
  readonly batch: number;
  readonly ours: Optimizer;
}

const small = { activation: 'tanh', inputShape: [16, 16, 3] } as const;
const stepsPerEpoch = 5;

function updates(
  id: string,
  ours: Optimizer,
  class_name: string,
  config: object,
  more: Partial<Case> = {},
): Case {
  const optimizer = { class_name, config: { learning_rate: ours.learningRate, ...config } };
  return {
    id,
    network: 'lenet5',
    options: small,
    batch: 8,
    steps: 50,
    tolerance: 1e-3,
    optimizer,
    ours,
    ...more,
  };
}

const slow: readonly LayerSettings[] = [
  { layers: 'c*', rate: 0.5 },
  { layers: 'c1', rate: 0.2, frozenEpochs: 2 },
];
const groups = [
  { layers: ['c3', 'c5', 'classes'], rate: 0.5, frozen: 0 },
  { layers: ['c1'], rate: 0.1, frozen: 2 * stepsPerEpoch },
];
const decay = 0.05;

const cases = [
  updates('AMSGrad, clipValue', adam({ amsgrad: true, clipValue: 0.01 }), 'Adam', {
    amsgrad: true,
    clipvalue: 0.01,
  }),
  updates(
    'Lion',
    lion({ learningRate: 3e-4, weightDecay: decay }),
    'Lion',
    { weight_decay: decay },
    // Where a direction is all but zero, rounding decides its sign, and the weight moves by a whole step one way or the other.
    { tolerance: 1e-2 },
  ),
  updates('Muon', muon({ convolutions: false, exclude: ['classes'], learningRate: 2e-3 }), 'Muon', {
    exclude_layers: ['classes'],
  }),
  updates(
    'Muon, convolutions',
    muon({ nesterov: false, adamRate: 0.5, learningRate: 5e-4 }),
    'ConvolutionMuon',
    {
      exclude_layers: ['classes'],
      nesterov: false,
      adam_lr_ratio: 0.5,
    },
  ),
  updates(
    'layers, SGD',
    sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: decay, layers: slow }),
    'SGD',
    { momentum: 0.9, weight_decay: decay },
    { groups },
  ),
  updates('layers, Adam', adam({ layers: slow }), 'Adam', {}, { groups }),
  updates(
    'EMA, clipWeightNorm',
    sgd({ learningRate: 0.1, ema: { decay: 0.9 }, clipWeightNorm: 0.05 }),
    'SGD',
    { use_ema: true, ema_momentum: 0.9, clipnorm: 0.05 },
  ),
  updates(
    'Lookahead',
    adam({ lookahead: { steps: 4, share: 0.5 } }),
    'Adam',
    {},
    { lookahead: { steps: 4, share: 0.5 } },
  ),
  updates(
    'Lookahead, falling share',
    adam({ lookahead: { steps: 3, share: { final: 0.25, power: 2 } } }),
    'Adam',
    {},
    { lookahead: { steps: 3, share: { final: 0.25, power: 2 } } },
  ),
  updates('accumulate', adam({ accumulate: 3, clipNorm: 0.2, weightDecay: decay }), 'Adam', {
    gradient_accumulation_steps: 3,
    global_clipnorm: 0.2,
    weight_decay: decay,
  }),
];

const schedules = [
  { id: 'restarts', ours: { period: 3, stretch: 2, height: 0.5, final: 0.1 } },
  { id: 'restarts of one length', ours: { period: 2, stretch: 1, height: 0.8, final: 0 } },
].map(({ id, ours }) => {
  const { period, stretch, height, final } = ours;
  const config = { first_decay_steps: 10 * period, t_mul: stretch, m_mul: height, alpha: final };
  const schedule = { class_name: 'CosineDecayRestarts', config: { initial_learning_rate: 0.3, ...config } };
  return { id, ours, schedule, steps: 300 };
});

const keras = new KerasReference<KerasCase>('update.py');

describe('weights are updated as Keras does it', { skip: withoutKeras }, () => {
  before(() => keras.run([...cases, ...schedules]));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    const { ours, tolerance } = each;
    const isFrozen = (name: string): boolean => /^c1\//.test(name) && each.groups !== undefined;
    test(each.id, () =>
      KerasRun.with(
        keras,
        each,
        lenet5(small),
        { loss: crossEntropy(), optimizer: ours, stepsPerEpoch, totalSteps: each.steps },
        (run) => {
          run.takeSteps(ours.learningRate, ({ failedStep }, step) => {
            assert.equal(failedStep, null);
            const still = (name: string): boolean => ours.accumulate !== undefined || isFrozen(name);
            if (step === 0) run.closeWeights('first', tolerance, { still });
          });
          run.closeWeights('after', tolerance);
          const found = averagesIn(run.trainer.slots());
          assert.equal(found.size, ours.ema ? run.model.weights.length : 0);
          if (ours.ema) run.closeWeights('average', tolerance, { found });
        },
      ),
    );
  }

  for (const { id, ours, steps } of schedules) {
    test(id, async () => {
      const rates = arrayOf(await keras.training(id), 'rates').values;
      const schedule = cosineRestarts(ours);
      for (let step = 0; step < steps; step++) {
        const found =
          0.3 * rateFactor(schedule, { step, stepsPerEpoch: 10, epochs: 30, validationLosses: [] });
        assert.ok(Math.abs(found - rates[step]) < 1e-4, `${found} at step ${step}, in Keras ${rates[step]}`);
      }
    });
  }
});

/** The averages of weights among slots, by the names of the weights. */
function averagesIn(slots: NamedArrays): NamedArrays {
  const ending = '/average';
  const averages = [...slots].filter(([name]) => name.endsWith(ending));
  return new Map(averages.map(([name, array]) => [name.slice(0, -ending.length), array]));
}

function arrayOf(arrays: NamedArrays, name: string): NamedArray {
  const array = arrays.get(name);
  assert.ok(array, `nothing is said of ${name}`);
  return array;
}

test('a frozen layer changes not at all, to the last bit of its statistics and slots; then it does', async () => {
  const model = smallModel();
  const optimizer = adam({
    weightDecay: 0.1,
    ema: { decay: 0.9 },
    accumulate: 2,
    layers: [
      { layers: 'conv', frozenEpochs: 2 },
      { layers: 'bn', frozenEpochs: 2 },
    ],
  });
  const trainer = await compile(model, examples(24), { optimizer, stepsPerEpoch: 3 });
  const state = (): NamedArrays => {
    trainer.writeModel();
    return new Map([...getNamed(model), ...trainer.slots()]);
  };
  const isFrozen = (name: string): boolean => /^(conv|bn)\//.test(name);
  const same = (a: NamedArray, b: NamedArray): boolean => a.values.every((value, i) => value === b.values[i]);
  const start = state();
  for (let step = 0; step < 6; step++) trainer.step(indices(4 * step, 4), step, 0.01);
  const frozen = state();
  for (let step = 6; step < 8; step++) trainer.step(indices(0, 4), step, 0.01);
  const thawed = state();
  assert.equal(trainer.totals().failedStep, null);
  for (const [name, before] of start) {
    if (name.endsWith('/accumulated')) continue;
    assert.equal(same(before, arrayOf(frozen, name)), isFrozen(name), `${name} after the frozen epochs`);
    // A bias in front of batch normalisation has no gradient, and starts at 0.
    if (name.startsWith('conv/bias')) continue;
    assert.ok(!same(arrayOf(frozen, name), arrayOf(thawed, name)), `${name} in the next`);
  }
  trainer.dispose();
  model.dispose();
});

/** The speed-run's (Jordan 2024), but for the number of steps. */
const growing = { steps: 3, share: { final: 1 - 0.95 ** 5, power: 3 }, statistics: true } as const;

for (const [name, accumulate] of [
  ['every step', 1],
  ['two steps together', 2],
] as const) {
  test(`Lookahead with statistics, an update in ${name}: slow values keep d = 0.95⁵ · (t / T)³ of what they were`, async () => {
    const totalSteps = 20;
    const settings = { weightDecay: 0.1, ...(accumulate > 1 && { accumulate }) };
    const data = examples(4 * totalSteps);
    const [ours, plain] = [smallModel(), smallModel()];
    const trainer = await compile(ours, data, {
      optimizer: adam({ ...settings, lookahead: growing }),
      totalSteps,
    });
    // The same without Lookahead, whose weights are moved from outside; the optimizer's slots stay.
    const other = await compile(plain, data, { optimizer: adam(settings) });
    let slow = getNamed(plain);
    for (let step = 0; step < totalSteps; step++) {
      for (const each of [trainer, other]) each.step(indices(4 * step, 4), step, 0.01);
      if ((step + 1) % (growing.steps * accumulate) !== 0) continue;
      other.writeModel();
      const keep = 0.95 ** 5 * ((step + 1) / totalSteps) ** 3;
      slow = new Map(
        [...getNamed(plain)].map(([key, { shape, values }]) => {
          const before = arrayOf(slow, key).values;
          const next = values.map((fast, i) => keep * before[i] + (1 - keep) * fast);
          return [key, { shape, values: next }];
        }),
      );
      setNamed(plain, plain.weights, slow, 'the test');
      other.readModel();
    }
    trainer.writeModel();
    other.writeModel();
    const expected = getNamed(plain);
    for (const [key, { values }] of getNamed(ours)) {
      near(values, arrayOf(expected, key).values, key);
      near(arrayOf(trainer.slots(), `${key}/slow`).values, arrayOf(slow, key).values, `${key}, slow`);
    }
    // What is measured are the slow values, statistics included.
    setNamed(plain, plain.weights, slow, 'the test');
    other.readModel();
    const all = indices(0, data.count);
    near(trainer.measure(all).losses, other.measure(all).losses, 'losses');
    for (const each of [trainer, other]) each.dispose();
    for (const each of [ours, plain]) each.dispose();
  });
}

function near(found: Float32Array, expected: Float32Array, what: string): void {
  found.forEach((value, i) => {
    const off = Math.abs(value - expected[i]);
    assert.ok(off <= 1e-4 * (1 + Math.abs(expected[i])), `${what}: ${value}, not ${expected[i]}`);
  });
}
