import { Random } from '../../../../data/random';
import { Network } from '../network/network';
import { tf, type Tensor4D, type Variable } from '../tf';
import { scoreOf } from './score';
import type { SearchInput } from './types';

/** Adam's learning rate. */
const learningRate = 0.05;
/** By how many pixels at most the picture is shifted before each step: what a shift would undo does not get far. */
const jitter = 2;
/** The picture is a sum of coarser pictures, each this much smaller than the canvas. Coarse ones count more. */
const factors = [1, 2, 4, 8];

/** The method of `optimisePictures` in lib/inspect, one step at a time. */
export const searchInput: SearchInput = (given, classIndex, { seed }) => {
  const network = Network.of(given);
  const { scale, imageShape } = network.pack;
  const [height, width, channels] = imageShape;
  const random = new Random(seed);
  // Larger than the picture, so that a shift brings in more of it and no border.
  const canvas: [number, number] = [height + 2 * jitter, width + 2 * jitter];
  const levels = factors.map((factor) =>
    noise(random, [1, Math.ceil(canvas[0] / factor), Math.ceil(canvas[1] / factor), channels]),
  );
  const largest = Math.max(...factors);
  const optimizer = tf.train.adam(learningRate);

  const cutOut = (down: number, right: number): Tensor4D => {
    const enlarged = levels.map((level, i) =>
      tf.mul(tf.image.resizeBilinear(level, canvas), factors[i] / largest),
    );
    return tf.slice(
      tf.sigmoid(tf.addN(enlarged)),
      [0, down, right, 0],
      [1, height, width, channels],
    ) as Tensor4D;
  };
  const scaled = (pixels: Tensor4D): Tensor4D =>
    tf.div(tf.sub(pixels, [...scale.mean]), [...scale.deviation]);
  let steps = 0;

  return {
    get steps() {
      return steps;
    },
    async step() {
      const [down, right] = [random.below(2 * jitter + 1), random.below(2 * jitter + 1)];
      const cost = optimizer.minimize(
        () => tf.neg(scoreOf(network, scaled(cutOut(down, right)), classIndex)),
        true,
        levels,
      )!;
      const [value] = await cost.data();
      cost.dispose();
      steps += 1;
      return -value;
    },
    async picture() {
      const [pixels, shares] = tf.tidy(() => {
        const found = cutOut(jitter, jitter);
        return [found, tf.softmax(network.ending.logits(scaled(found)))];
      });
      const values = await pixels.data<'float32'>();
      const probabilities = await shares.data<'float32'>();
      tf.dispose([pixels, shares]);
      return { pixels: { height, width, channels, values }, probabilities };
    },
    dispose() {
      optimizer.dispose();
      tf.dispose(levels);
    },
  };
};

function noise(random: Random, shape: [number, number, number, number]): Variable & Tensor4D {
  const length = shape.reduce((size, side) => size * side, 1);
  const values = Float32Array.from({ length }, () => random.between(-0.1, 0.1));
  return tf.tidy(() => tf.variable(tf.tensor4d(values, shape))) as Variable & Tensor4D;
}
