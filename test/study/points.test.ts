/** What sweeps and comparisons are boiled down to, against numbers worked out by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bestOf,
  dominators,
  leadOf,
  majority,
  missedByAll,
  neighbours,
  paretoFront,
  pooledDeviation,
  samplingError,
  seededRow,
  seedNoise,
  sweepRows,
  type SeededResult,
  type Sweep,
} from '../../lib/study';
import type { Evaluation } from '../../lib/runs';
import type { LessonResult, NetworkResult } from '../../lib/lessons';
import { networks } from '../../lib/models';
import { evaluation, history, row } from '../show/fixtures';

function sweepOf(accuracies: Readonly<Record<string, readonly number[]>>): Sweep {
  return {
    ...{ study: 'dropout', network: 'Baseline', dataset: 'built-in sample', runs: 4, interrupted: false },
    points: Object.entries(accuracies).map(([setting, values]) => ({
      ...{ setting, parameters: 10, failure: null },
      runs: values.map((valAccuracy, i) => ({
        seed: i + 1,
        history: history({ epochs: [row(1), row(2), row(3, { valAccuracy })] }),
      })),
    })),
  };
}

const near = (value: number | undefined, expected: number): void => {
  assert.ok(Math.abs((value ?? NaN) - expected) < 1e-12, `${value} instead of ${expected}`);
};

test('rows hold means over seeds, with the sample deviation', () => {
  const [low, high] = sweepRows(sweepOf({ low: [0.3, 0.5], high: [0.6] }));
  near(low.validationAccuracy, 0.4);
  // Two values 0.1 from their mean: the root of 0.02 / 1.
  near(low.deviation, Math.sqrt(0.02));
  assert.deepEqual([low.seeds, high.seeds], [2, 1]);
  assert.ok(Number.isNaN(high.deviation));
  near(high.trainingAccuracy, 0.5);
});

test('the pooled deviation weighs each setting by its seeds, and passes over single ones', () => {
  const sweep = sweepOf({ two: [0.3, 0.5], three: [0.45, 0.55, 0.65], one: [0.9] });
  // Squares 0.02 with 1 degree of freedom, and 0.02 with 2.
  near(pooledDeviation([sweep]), Math.sqrt(0.04 / 3));
  assert.ok(Number.isNaN(pooledDeviation([sweepOf({ one: [0.5] })])));
});

test('the pooled deviation counts a training once that several studies share', () => {
  const chance = sweepOf({ default: [0.3, 0.5, 0.4] });
  const study = sweepOf({ default: [0.3, 0.5], other: [0.6, 0.8] });
  // Squares 0.02 with 2 degrees of freedom, and 0.02 with 1.
  near(pooledDeviation([chance, study]), Math.sqrt(0.04 / 3));
  near(pooledDeviation([study, study]), pooledDeviation([study]));
});

test('a lead is told in deviations of the difference of two means', () => {
  const sweep = sweepOf({ low: [0.3, 0.5], high: [0.6, 0.8], middle: [0.5] });
  const lead = leadOf(sweep, 0.1);
  assert.deepEqual([lead?.best, lead?.second], ['high', 'middle']);
  near(lead?.lead, 0.2);
  near(lead?.inNoise, 0.2 / (0.1 * Math.sqrt(1 / 2 + 1)));
  assert.equal(leadOf(sweepOf({ alone: [0.5] }), 0.1), undefined);
});

test('a setting that failed does not win', () => {
  const sweep = sweepOf({ good: [0.5], broken: [0.9] });
  const [good, broken] = sweep.points;
  assert.equal(bestOf({ ...sweep, points: [good, { ...broken, failure: 'no number' }] })?.setting, 'good');
});

const labels = Uint8Array.from([0, 0, 1, 1, 2, 2]);

function answers(predictions: readonly number[], confidences = predictions.map(() => 0.5)): Evaluation {
  const right = predictions.filter((answer, i) => answer === labels[i]).length;
  return {
    ...evaluation,
    predictions: Int32Array.from(predictions),
    confidences: Float32Array.from(confidences),
    accuracy: right / labels.length,
  };
}

const seeded = (name: string, evaluations: readonly Evaluation[]): SeededResult => ({
  ...{ network: 'baseline', name },
  runs: evaluations.map((each) => ({ evaluation: each }) as LessonResult),
});

test('neighbours: the lead in both kinds of chance', () => {
  const good = seeded('good', [answers([0, 0, 1, 1, 2, 0]), answers([0, 0, 1, 0, 2, 0])]);
  const poor = seeded('poor', [answers([1, 1, 0, 1, 0, 2]), answers([1, 1, 0, 1, 0, 2])]);
  const [pair, ...others] = neighbours([poor, good], labels);
  assert.deepEqual([others.length, pair.better, pair.worse], [0, 'good', 'poor']);
  // 5 and 4 of 6 right against 2 and 2.
  near(pair.lead, 4.5 / 6 - 2 / 6);
  const variance = (2 * (0.5 / 6) ** 2) / 2;
  near(seedNoise([good, poor]), Math.sqrt(variance));
  near(pair.inSeeds, pair.lead / Math.sqrt(variance));
  // Of the first seeds: images 0, 1, 2 and 4 only by the better, image 5 only by the worse.
  near(pair.onlyBetter, 4 / 6);
  near(pair.onlyWorse, 1 / 6);
  near(pair.inImages, 3 / Math.sqrt(5));
});

test('the majority decides; where there is none, the surest', () => {
  const voters = [
    answers([0, 0, 1, 2, 2, 0], [0.5, 0.9, 0.5, 0.5, 0.5, 0.5]),
    answers([0, 1, 1, 1, 2, 1], [0.5, 0.6, 0.5, 0.5, 0.5, 0.8]),
    answers([1, 2, 2, 1, 2, 2], [0.9, 0.7, 0.9, 0.5, 0.5, 0.6]),
  ];
  assert.deepEqual([...majority(voters)], [0, 0, 1, 1, 2, 1]);
  assert.deepEqual(
    missedByAll([answers([1, 0, 1, 0, 0, 0]), answers([2, 0, 0, 0, 2, 0])], labels),
    [0, 3, 5],
  );
});

test('the front: no other is as good for less', () => {
  const network = (name: string, parameters: number, accuracy: number): NetworkResult => ({
    ...{ network: name, depth: 1, receptiveField: 1, multiplyAdds: 1 },
    ...{ parameters, accuracy },
  });
  const rows = [
    network('small', 10, 0.4),
    network('dear', 100, 0.4),
    network('good', 100, 0.6),
    network('best', 1000, 0.7),
    network('waste', 2000, 0.65),
  ];
  assert.deepEqual(paretoFront(rows, 'parameters'), ['small', 'good', 'best']);
});

test('dominated: by whom, where equals do not dominate each other', () => {
  const rows = [
    { network: 'a', parameters: 10, multiplyAdds: 5, accuracy: 0.5 },
    { network: 'twin of a', parameters: 10, multiplyAdds: 6, accuracy: 0.5 },
    { network: 'b', parameters: 20, multiplyAdds: 1, accuracy: 0.4 },
    { network: 'c', parameters: 30, multiplyAdds: 9, accuracy: 0.5 },
    { network: 'not measured', parameters: 1, multiplyAdds: 1 },
  ];
  assert.deepEqual(
    [...dominators(rows, 'parameters')],
    [
      ['a', []],
      ['twin of a', []],
      ['b', ['a', 'twin of a']],
      ['c', ['a', 'twin of a']],
    ],
  );
  assert.deepEqual(dominators(rows, 'multiplyAdds').get('twin of a'), ['a']);
  assert.equal(dominators(rows, 'seconds').size, 0);
});

test('the sampling error is widest at one half, and falls with the root of the images', () => {
  near(samplingError(0.5, 100), 0.05);
  near(samplingError(0.9, 100), 0.03);
  near(samplingError(0.9, 400), 0.015);
  near(samplingError(1, 100), 0);
});

test('the seconds of a row are those of the fastest epoch of any seed, for all images', () => {
  const run = (speeds: readonly number[], accuracy: number): LessonResult => ({
    model: networks.baseline.build(),
    history: history({
      epochs: speeds.map((imagesPerSecond, i) =>
        row(i + 1, { seconds: 100 / imagesPerSecond, imagesPerSecond }),
      ),
      images: 200,
      seconds: speeds.reduce((sum, speed) => sum + 100 / speed, 0),
    }),
    evaluation: { ...evaluation, accuracy },
    name: 'Baseline',
  });
  const { seconds, imagesPerSecond, accuracy } = seededRow({
    ...{ network: 'baseline', name: 'Baseline' },
    runs: [run([10, 20], 0.4), run([50, 5], 0.6)],
  });
  near(seconds, 200 / 50);
  near(imagesPerSecond, 50);
  near(accuracy, 0.5);
});
