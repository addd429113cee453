import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after } from 'node:test';
import type { Dataset, ImageSet } from '../../lib/data/types';
import { Random } from '../../lib/data/random';
import { baseline } from '../../lib/models';
import type { History } from '../../lib/runs';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';

const side = 8;

/** A folder that is gone when the file's tests are done. */
export function temporaryFolder(prefix: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  return folder;
}

/** What two runs that are the same have in common: the losses of each epoch. */
export const lossesOf = ({ epochs }: History): number[] =>
  epochs.flatMap(({ loss, valLoss }) => [loss, valLoss ?? -1]);

/** Images of noise with a class each, in turn: nothing to understand, but enough to learn by heart. */
export function noise(count: number, classes: number, seed: number): ImageSet {
  const random = new Random(seed);
  return {
    images: Uint8Array.from({ length: count * side * side * 3 }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
    count,
  };
}

export function noiseDataset({ train = 40, test = 20, classes = 3 } = {}): Dataset {
  return {
    name: 'noise',
    source: { kind: 'sample', location: 'test', digest: '' },
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    imageShape: [side, side, 3],
    train: noise(train, classes, 1),
    test: noise(test, classes, 2),
    available: { train, test },
  };
}

export function smallModel({ classes = 3, dropout = 0, seed = 1, batchNorm = true } = {}): tf.LayersModel {
  return baseline({ inputShape: [side, side, 3], classes, dropout, seed, batchNorm });
}

/**
 * Two nested models, and the layer before them, with the same names inside; the first is used twice.
 * @param seed of the first weights; all of them differ
 * @param blocks the names of the nested models; tfjs numbers those that have none
 */
export function nestedModel(
  seed = 1,
  blocks: readonly [string | undefined, string | undefined] = ['a', 'b'],
): tf.LayersModel {
  let next = seed * 100;
  const dense = (): tf.layers.Layer =>
    tf.layers.dense({
      name: 'inner',
      units: 6,
      activation: 'relu',
      kernelInitializer: tf.initializers.glorotUniform({ seed: next++ }),
      biasInitializer: tf.initializers.randomUniform({ minval: 0, maxval: 0.1, seed: next++ }),
    });
  const block = (name: string | undefined): tf.LayersModel => {
    const input = tf.input({ shape: [6] });
    const norm = tf.layers.batchNormalization({ name: 'bn' }).apply(dense().apply(input));
    const dropped = tf.layers.dropout({ name: 'drop', rate: 0.3, seed: 1 }).apply(norm);
    return tf.model({ name, inputs: input, outputs: dropped as tf.SymbolicTensor });
  };
  const input = tf.input({ shape: [side, side, 3] });
  const [a, b] = blocks.map(block);
  const features = dense().apply(tf.layers.flatten().apply(input));
  const outputs = tf.layers
    .dense({
      name: 'classes',
      units: 3,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed: next++ }),
    })
    .apply(a.apply(b.apply(a.apply(features))));
  return tf.model({ inputs: input, outputs: outputs as tf.SymbolicTensor });
}

/** For `assert.throws` and `assert.rejects`: a UserError with such a message. */
export const says =
  (message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  };
