/** What the settings of an update may be, and who refuses what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adam,
  averageSlot,
  cosineRestarts,
  lion,
  muon,
  needsValidation,
  sgd,
  warmUp,
  preciseStatistics,
  type FallingShare,
  type Optimizer,
} from '../../lib/recipe';
import { tfjsEngine, train } from '../../lib/train';
import { readArguments } from '../../scripts/train/arguments';
import { noiseDataset, says, smallModel } from './fixtures';

const falling = (share: FallingShare): Optimizer => adam({ lookahead: { steps: 5, share } });

test('settings out of their range are refused at once', () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => sgd({ clipValue: 0 }),
      /^optimizer\.clipValue is 0, but has to be a number above 0, or left out\.$/,
    ],
    [() => sgd({ clipWeightNorm: -1 }), /^optimizer\.clipWeightNorm is -1/],
    [
      () => adam({ clipNorm: 1, clipValue: 2 }),
      /^optimizer\.clipValue is 2, but has to be left out, as clipNorm clips already/,
    ],
    [() => adam({ clipWeightNorm: 1, clipValue: 2 }), /clipValue is 2.*clipWeightNorm clips already/],
    [() => adam({ accumulate: 1 }), /^optimizer\.accumulate is 1.*a whole number of at least 2/],
    [() => adam({ ema: { decay: 1 } }), /^optimizer\.ema\.decay is 1.*below 1/],
    [() => adam({ lookahead: { steps: 0, share: 0.5 } }), /^optimizer\.lookahead\.steps is 0/],
    [
      () => adam({ lookahead: { steps: 5, share: 0 } }),
      /^optimizer\.lookahead\.share is 0.*at most 1, or \{ final, power \} for one that falls/,
    ],
    [
      () => falling({ final: 0, power: 3 }),
      /^optimizer\.lookahead\.share\.final is 0.*above 0 and at most 1/,
    ],
    [() => falling({ final: 0.5, power: 0 }), /^optimizer\.lookahead\.share\.power is 0.*above 0/],
    [() => adam({ layers: [{ layers: '' }] }), /^optimizer\.layers\[0\]\.layers is ""/],
    [() => adam({ layers: [{ layers: 'a', rate: 0 }] }), /^optimizer\.layers\[0\]\.rate is 0.*above 0/],
    [
      () => adam({ layers: [{ layers: 'a' }, { layers: 'b', frozenEpochs: 1.5 }] }),
      /^optimizer\.layers\[1\]\.frozenEpochs is 1\.5/,
    ],
    [() => lion({ beta2: 1 }), /^optimizer\.beta2 is 1/],
    [() => muon({ iterations: 0 }), /^optimizer\.iterations is 0/],
    [() => muon({ scale: 0 }), /^optimizer\.scale is 0.*or null/],
    [() => muon({ exclude: [''] }), /^optimizer\.exclude is \[""\]/],
    [() => cosineRestarts({ period: 0 }), /^schedule\.period is 0/],
    [() => cosineRestarts({ stretch: 0.5 }), /^schedule\.stretch is 0\.5.*at least 1/],
  ];
  for (const [make, message] of cases) assert.throws(make, says(message));
  assert.equal(needsValidation(warmUp(1, cosineRestarts())), false);
  assert.deepEqual(
    [adam(), adam({ ema: { decay: 0.9 } }), adam({ lookahead: { steps: 5, share: 0.5 } })].map(averageSlot),
    [null, 'average', 'slow'],
  );
});

test('layers that the network does not have are refused with those that it has', async () => {
  const model = smallModel();
  const refuses = (optimizer: Optimizer, message: RegExp): Promise<void> =>
    assert.rejects(train(model, noiseDataset(), { optimizer, epochs: 1 }), says(message));
  await refuses(
    adam({ layers: [{ layers: 'conv' }, { layers: 'con', rate: 2 }] }),
    /^optimizer\.layers\[1\]\.layers is "con".*Choose among: conv, bn/,
  );
  await refuses(muon({ exclude: ['x.*'] }), /^optimizer\.exclude\[0\] is "x\.\*"/);
  model.dispose();
});

test('statistics look ahead, or are re-estimated, but not both', async () => {
  const model = smallModel();
  const optimizer = adam({ lookahead: { steps: 5, share: 0.5, statistics: true } });
  const options = { optimizer, preciseStatistics: preciseStatistics() };
  await assert.rejects(
    train(model, noiseDataset(), options),
    says(/^optimizer\.lookahead\.statistics is true, but has to be false with preciseStatistics/),
  );
  model.dispose();
});

test('tfjs: what it lacks is refused by name', async () => {
  const model = smallModel();
  const cases: readonly (readonly [Optimizer, RegExp])[] = [
    [lion(), /^The engine "tfjs" has no optimizer "lion"\./],
    [muon({ weightDecay: 0 }), /^The engine "tfjs" has no optimizer "muon"\./],
    [adam({ amsgrad: true }), /no AMSGrad/],
    [adam({ clipValue: 1 }), /no gradient clipping \(clipValue is 1\)/],
    [adam({ clipWeightNorm: 1 }), /no gradient clipping \(clipWeightNorm is 1\)/],
    [adam({ layers: [{ layers: 'conv', rate: 2 }] }), /no settings for single layers/],
    [adam({ accumulate: 2 }), /no accumulation of gradients \(accumulate is 2\)/],
    [adam({ lookahead: { steps: 5, share: 0.5 } }), /no Lookahead/],
    [adam({ ema: { decay: 0.9 } }), /no moving average of weights \(ema\.decay is 0\.9\)/],
  ];
  for (const [optimizer, message] of cases) {
    const options = { optimizer, epochs: 1, engine: tfjsEngine };
    await assert.rejects(train(model, noiseDataset(), options), says(message));
  }
  model.dispose();
});

test('the command line reaches them', () => {
  const args = '--optimizer muon --schedule cosine-restarts --clip-value 0.5 --accumulate 4 --ema 0.99';
  const request = readArguments(['lenet5', ...args.split(' ')]);
  assert.ok(request);
  const { optimizer, schedule } = request.options;
  assert.deepEqual(optimizer, muon({ clipValue: 0.5, accumulate: 4, ema: { decay: 0.99 } }));
  assert.deepEqual(schedule, cosineRestarts());
  assert.match(request.run.name, /accumulate\.4/);
});
