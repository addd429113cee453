import { setImmediate } from 'node:timers/promises';
import { Random } from '../data/random';
import { check } from '../runtime/check';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';

export interface PictureSearch {
  /** How many pictures to optimise side by side. Defaults to 1. */
  readonly count?: number;
  /** [height, width, channels] of a picture. */
  readonly imageShape: readonly [number, number, number];
  /** Defaults to 48. */
  readonly steps?: number;
  /** Adam's learning rate. Defaults to 0.05. */
  readonly learningRate?: number;
  /**
   * By how many pixels at most the pictures are shifted, in both directions, before each step. What disappears when it is
   * shifted by a pixel does not get far. Defaults to 2.
   */
  readonly jitter?: number;
  /**
   * A picture is a sum of coarser pictures, each enlarged to the full size: with factors 1, 2, 4 and 8, one of 32×32 is
   * made of 32×32, 16×16, 8×8 and 4×4. Each counts in proportion to its factor, as large structure is stronger than small
   * in photographs too. `[1]` has every pixel on its own. Defaults to 1, 2, 4 and 8.
   */
  readonly factors?: readonly number[];
  /** Of the noise to begin with, and of the shifts. Defaults to 1. */
  readonly seed?: number;
}

export interface OptimisedPictures {
  /** Bytes of each picture, [height, width, channels]. */
  readonly pictures: readonly Uint8Array[];
  /** The objective before each step, and after the last. */
  readonly course: readonly number[];
}

/**
 * Looks for the pictures that make `objective` as large as possible, by gradient ascent on their pixels (Erhan et al. 2009;
 * Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization). Two things keep them from turning
 * into noise that no image would have: shifts before each step, and coarse structure that is easier to change than single
 * pixels, in place of Olah's scaled Fourier basis. A sigmoid keeps pixels between 0 and 1. The same seed gives the same pictures.
 * An interrupt ends the search early.
 * @param objective from pixels between 0 and 1, float32 [count, height, width, channels], to a scalar; a sum over the
 *   pictures, or they would compete
 */
export async function optimisePictures(
  objective: (pixels: tf.Tensor4D) => tf.Scalar,
  {
    count = 1,
    imageShape,
    steps = 48,
    learningRate = 0.05,
    jitter = 2,
    factors = [1, 2, 4, 8],
    seed = 1,
  }: PictureSearch,
): Promise<OptimisedPictures> {
  const [height, width, channels] = imageShape;
  checkWhole(count, 'count', 1);
  checkWhole(steps, 'steps', 0);
  checkWhole(jitter, 'jitter', 0);
  check(factors.length > 0, 'factors', factors, 'at least one');
  const random = new Random(seed);
  // Larger than the picture, so that a shift brings in more of it and no border.
  const canvas = [height + 2 * jitter, width + 2 * jitter] as const;
  const levels = factors.map((factor) => {
    checkWhole(factor, 'factors', 1);
    const [rows, columns] = canvas.map((side) => Math.ceil(side / factor));
    return noise(random, [count, rows, columns, channels]);
  });
  const largest = Math.max(...factors);
  const optimizer = tf.train.adam(learningRate);
  const cutOut = (down: number, right: number): tf.Tensor4D => {
    const enlarged = levels.map((level, i) =>
      tf.image.resizeBilinear(level as tf.Tensor4D, [...canvas]).mul(factors[i] / largest),
    );
    const whole = tf.addN(enlarged).sigmoid();
    return tf.slice(whole, [0, down, right, 0], [count, height, width, channels]) as tf.Tensor4D;
  };
  const course: number[] = [];
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  const goesOn = (step: number): boolean => step < steps && !interrupted;
  try {
    for (let step = 0; goesOn(step); step++) {
      const [down, right] = [0, 1].map(() => random.below(2 * jitter + 1));
      const cost = optimizer.minimize(() => objective(cutOut(down, right)).neg(), true, levels)!;
      course.push(-cost.dataSync()[0]);
      cost.dispose();
      // Lets an interrupt arrive.
      await setImmediate();
    }
    const [bytes, reached] = tf.tidy(() => {
      const found = cutOut(jitter, jitter);
      return [found.mul(255).round(), objective(found)].map((each) => each.clone());
    });
    course.push(reached.dataSync()[0]);
    const values = bytes.dataSync();
    tf.dispose([bytes, reached]);
    const size = height * width * channels;
    const pictures = Array.from({ length: count }, (_, i) =>
      Uint8Array.from(values.subarray(i * size, (i + 1) * size)),
    );
    return { pictures, course };
  } finally {
    forget();
    optimizer.dispose();
    tf.dispose(levels);
  }
}

function checkWhole(value: number, name: string, least: number): void {
  check(Number.isInteger(value) && value >= least, name, value, `a whole number from ${least} on`);
}

function noise(random: Random, shape: readonly [number, number, number, number]): tf.Variable {
  const values = Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, () =>
    random.between(-0.1, 0.1),
  );
  return tf.tidy(() => tf.variable(tf.tensor4d(values, [...shape])));
}
