import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optimisePictures } from '../../lib/inspect';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';

const imageShape = [8, 8, 3] as const;

/** Red on the left, and none of the others: what is looked for. */
const redness = (pixels: tf.Tensor4D): tf.Scalar => {
  const weights = tf.tensor1d([1, -1, -1]);
  return pixels.mul(weights).mean([1, 2, 3]).sum();
};

test('a picture turns into what the objective asks for, and the course says how far', async () => {
  const tensors = tf.memory().numTensors;
  const { pictures, course } = await optimisePictures(redness, {
    count: 2,
    imageShape,
    steps: 60,
    jitter: 1,
  });
  assert.equal(tf.memory().numTensors, tensors);
  assert.equal(pictures.length, 2);
  for (const picture of pictures) {
    assert.equal(picture.length, 192);
    for (let i = 0; i < picture.length; i += 3) {
      assert.ok(
        picture[i] > 200 && picture[i + 1] < 55 && picture[i + 2] < 55,
        picture.subarray(i, i + 3).join(),
      );
    }
  }
  assert.equal(course.length, 61);
  assert.ok(course[60] > course[0] + 0.5, `${course[0]} to ${course[60]}`);
  // The last entry is of the pictures given back.
  const [value] = tf.tidy(() => {
    const both = Float32Array.from(
      pictures.flatMap((each) => [...each]),
      (byte) => byte / 255,
    );
    return redness(tf.tensor4d(both, [2, ...imageShape])).dataSync();
  });
  assert.ok(Math.abs(value - course[60]) < 0.01, `${value} and ${course[60]}`);
});

test('the same seed gives the same pictures, another seed others; no steps give the noise at the start', async () => {
  const settings = { imageShape, steps: 3 };
  const [first, again, other] = [
    await optimisePictures(redness, settings),
    await optimisePictures(redness, settings),
    await optimisePictures(redness, { ...settings, seed: 2 }),
  ];
  assert.deepEqual(again, first);
  assert.notDeepEqual(other.pictures, first.pictures);
  const start = await optimisePictures(redness, { imageShape, steps: 0 });
  assert.equal(start.course.length, 1);
  assert.ok(start.pictures[0].every((byte) => Math.abs(byte - 127.5) < 26));
});

test('coarse factors keep neighbouring pixels alike', async () => {
  // Asks for a chessboard, which only single pixels can give.
  const signs = tf.tensor4d(
    Float32Array.from({ length: 64 }, (_, i) => ((i + (i >> 3)) % 2 === 0 ? 1 : -1)),
    [1, 8, 8, 1],
  );
  const board = (pixels: tf.Tensor4D): tf.Scalar => pixels.mul(signs).mean();
  const settings = { imageShape, steps: 40, jitter: 0, learningRate: 0.1 };
  const [fine, coarse] = [
    await optimisePictures(board, { ...settings, factors: [1] }),
    await optimisePictures(board, { ...settings, factors: [4] }),
  ];
  assert.ok(fine.course[40] > 0.4, `${fine.course[40]}`);
  assert.ok(coarse.course[40] < 0.05, `${coarse.course[40]}`);
  // Shifts take away what needs its exact place.
  const shifted = await optimisePictures(board, { ...settings, jitter: 2, factors: [1] });
  assert.ok(shifted.course[40] < fine.course[40] / 2, `${shifted.course[40]}`);
  signs.dispose();
});

test('settings out of range are refused', async () => {
  await assert.rejects(
    optimisePictures(redness, { imageShape, jitter: -1 }),
    (error) => error instanceof UserError && /jitter is -1/.test(error.message),
  );
  await assert.rejects(optimisePictures(redness, { imageShape, factors: [] }), /factors is \[\]/);
});
