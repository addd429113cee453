/** Calibration, against numbers worked out by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../lib/data';
import { answersOf, calibration, meanProbabilities } from '../../lib/study';

const near = (value: number, expected: number, within = 1e-9): void => {
  assert.ok(Math.abs(value - expected) <= within, `${value} instead of ${expected}`);
};

test('the error is the distance of accuracy and confidence, bin by bin, weighted by images', () => {
  const { bins, error, accuracy, confidence, images } = calibration(
    [0.5, 0.7, 0.7, 0.9, 0.95, 0.95, 1],
    [true, true, false, true, true, false, true],
    { bins: 4 },
  );
  assert.deepEqual([images, bins.length], [7, 4]);
  assert.deepEqual(
    bins.map(({ from, to, images }) => [from, to, images]),
    [
      [0, 0.25, 0],
      [0.25, 0.5, 0],
      [0.5, 0.75, 3],
      [0.75, 1, 4],
    ],
  );
  near(bins[2].confidence, 1.9 / 3);
  near(bins[2].accuracy, 2 / 3);
  near(bins[3].confidence, 0.95);
  near(bins[3].accuracy, 3 / 4);
  assert.ok(Number.isNaN(bins[0].accuracy) && Number.isNaN(bins[0].confidence));
  // |2 − 1.9| in the third bin and |3 − 3.8| in the last.
  near(error, 0.9 / 7);
  near(accuracy, 5 / 7);
  near(confidence, 5.7 / 7);
});

test('errors in opposite directions do not cancel between bins, but do within one', () => {
  const confidences = [0.6, 0.9];
  const right = [true, false];
  near(calibration(confidences, right, { bins: 10 }).error, (0.4 + 0.9) / 2);
  near(calibration(confidences, right, { bins: 1 }).error, Math.abs(1 - 1.5) / 2);
});

test('an honest network is told from one that is too sure, by what chance would make of it', () => {
  const random = new Random(3);
  const confidences = Float32Array.from({ length: 4000 }, () => random.between(0.3, 0.99));
  const honest = Array.from(confidences, (each) => random.between(0, 1) < each);
  const fair = calibration(confidences, honest);
  assert.ok(fair.error > 0 && fair.error < 2 * fair.errorByChance, `${fair.error}, ${fair.errorByChance}`);
  const boastful = Array.from(confidences, (each) => random.between(0, 1) < each - 0.1);
  const { error, errorByChance } = calibration(confidences, boastful);
  near(error, 0.1, 0.02);
  assert.ok(error > 4 * errorByChance);
  // With a quarter of the images, chance makes twice as much of it.
  const few = calibration(confidences.subarray(0, 1000), honest.slice(0, 1000));
  near(few.errorByChance / fair.errorByChance, 2, 0.3);
  assert.deepEqual(calibration(confidences, honest), fair, 'the same numbers every time');
});

test('what cannot be confidences is refused', () => {
  assert.throws(() => calibration([], []), RangeError);
  assert.throws(() => calibration([0.5], [true, false]), /1 confidences and 2 answers/);
  assert.throws(() => calibration([50], [true]), /confidence of 50/);
  assert.throws(() => calibration([NaN], [true]), RangeError);
  assert.throws(() => calibration([0.5], [true], { bins: 0 }), /0 bins/);
  near(calibration([1 + 1e-7], [true]).error, 0);
});

test('answers and means of probabilities', () => {
  const one = [Float32Array.of(0.5, 0.25, 0.25), Float32Array.of(0, 0.25, 0.75)];
  const other = [Float32Array.of(0, 1, 0), Float32Array.of(0.5, 0.25, 0.25)];
  const mean = meanProbabilities([one, other]);
  assert.deepEqual(
    mean.map((row) => [...row]),
    [
      [0.25, 0.625, 0.125],
      [0.25, 0.25, 0.5],
    ],
  );
  const { predictions, confidences, right } = answersOf(mean, [0, 2]);
  assert.deepEqual(
    [[...predictions], [...confidences], right],
    [
      [1, 2],
      [0.625, 0.5],
      [false, true],
    ],
  );
});
