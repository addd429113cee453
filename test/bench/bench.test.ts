/** How contenders are timed in turn, and what becomes of the timings. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { bench, benchText, check, checkText, hasLearnt, inTurn, meanRatios, ratios } from '../../lib/bench';
import type { Timing } from '../../lib/bench';
import { asked, fakeContender, newFolder } from './fakes';

const options = { batches: [32], rounds: 4, seconds: 0.02, precision: 'float32', required: [] } as const;

test('each round times every contender once, from another one on and in both directions', () => {
  const rounds = (names: string): string[] =>
    [0, 1, 2, 3, 4, 5].map((round) => inTurn(names.split(''), round).join(''));
  assert.deepEqual(rounds('abc'), ['abc', 'cba', 'bca', 'acb', 'cab', 'bac']);
  assert.deepEqual(rounds('ab'), ['ab', 'ba', 'ba', 'ab', 'ab', 'ba']);
});

test('contenders are timed round by round on the networks they have', async () => {
  const log = path.join(newFolder(), 'log');
  const contenders = [
    fakeContender(log, { name: 'graph', stepSeconds: [0.01] }),
    fakeContender(log, { name: 'two', stepSeconds: [0.02] }),
    fakeContender(log, { name: 'few', describe: { networks: ['lenet5'] } }),
  ];
  const result = await bench({ ...options, networks: ['baseline', 'lenet5'], contenders });
  const trained = asked(log).filter(({ ask }) => ask === 'train');
  const order = trained.map(({ name }) => String(name)[0]);
  // One call each to find the number of steps, then the rounds.
  assert.equal(order.join(''), ['gt', 'gttgtggt', 'gtf', 'gtfftgtfggft'].join(''));
  assert.deepEqual(
    ratios(result).map(({ over, network, ratio }) => [over, network, ratio.toFixed(3)]),
    [
      ['two', 'baseline', '2.000'],
      ['two', 'lenet5', '2.000'],
      ['few', 'lenet5', '1.000'],
    ],
  );
  const baseline = benchText(result)
    .split('\n')
    .find((line) => line.startsWith('Baseline') || line.includes(' Baseline '));
  assert.match(baseline ?? '', /3,200 \(3,200\)\W+1,600 \(1,600\)\W*$/);
});

/** Timings whose only interest is the rates. */
function timing(contender: string, network: string, rates: number[], multiplyAdds?: number): Timing {
  return { contender, network, batch: 32, rates, prepareSeconds: 1, ...(multiplyAdds && { multiplyAdds }) };
}

test('a ratio is the median of the rounds’ ratios: what slows a whole round down does not matter', () => {
  const timings = [
    timing('graph', 'lenet5', [200, 20, 2, 300, 100]),
    timing('torch', 'lenet5', [100, 10, 1, 100, 100]),
  ];
  assert.deepEqual(ratios({ timings }), [
    { over: 'torch', network: 'lenet5', batch: 32, ratio: 2, quartiles: [2, 2] },
  ]);
});

test('geometric means are over small and large networks, and for contenders that were timed on all of them', () => {
  const million = 1e6;
  const timings = [
    timing('graph', 'baseline', [400], million),
    timing('graph', 'lenet5', [100], million),
    timing('graph', 'vgg16', [30], 300 * million),
    timing('graph', 'resnet18', [30], 500 * million),
    ...['baseline', 'lenet5', 'vgg16', 'resnet18'].map((network) => timing('torch', network, [10])),
    ...['baseline', 'lenet5'].map((network) => timing('jaxjs', network, [1])),
  ];
  const found = meanRatios({ timings }).map(
    ({ over, networks, ratio }) => `${over} ${networks} ${ratio.toFixed(2)}`,
  );
  // √(40 · 10) = 20, √(3 · 3) = 3, √√(40 · 10 · 3 · 3) = √60
  assert.deepEqual(found, ['torch small 20.00', 'jaxjs small 200.00', 'torch large 3.00', 'torch all 7.75']);
});

test('a check trains on one batch, and finds the contender whose loss does not fall', async () => {
  const log = path.join(newFolder(), 'log');
  const prepare = { parameters: 62_006, loss: 2.3 };
  const result = await check({
    precision: 'float32',
    required: [],
    networks: ['lenet5'],
    contenders: [
      fakeContender(log, { name: 'graph', prepare, loss: 1.5 }),
      fakeContender(log, { name: 'stuck', prepare, loss: 2.3 }),
      fakeContender(log, { name: 'early' }),
    ],
  });
  assert.deepEqual(result.learnt.map(hasLearnt), [true, false, true]);
  assert.match(checkText(result), /title of stuck\W+62,006\W+2\.300 → 2\.300\W+NO/);
  const prepared = asked(log).filter(({ ask }) => ask === 'prepare');
  assert.deepEqual(
    prepared.map(({ batch, images }) => [batch, images]),
    [32, 32, 32].map((batch) => [batch, 32]),
  );
});
