/**
 * A repair of tfjs-layers 4.22, where batch normalisation without a scale, or without an offset, fails in training: it reads
 * both there whether they exist or not, and the gradient can't do without them. Here they are constants instead.
 */
import type * as tensorflow from '@tensorflow/tfjs-node-gpu';

interface BatchNormalization {
  readonly movingMean: tensorflow.LayerVariable;
}

export function repairBatchNormalisation(tf: typeof tensorflow): void {
  const prototype = Object.getPrototypeOf(
    tf.layers.batchNormalization({ name: 'any' }),
  ) as BatchNormalization;
  for (const [name, constant] of [
    ['gamma', 1],
    ['beta', 0],
  ] as const) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: BatchNormalization) {
        return { read: () => tf.fill(this.movingMean.shape as number[], constant) };
      },
      // A layer that has the weight gets it as a property of its own.
      set(this: BatchNormalization, weight: unknown) {
        Object.defineProperty(this, name, {
          value: weight,
          writable: true,
          configurable: true,
          enumerable: true,
        });
      },
    });
  }
}
