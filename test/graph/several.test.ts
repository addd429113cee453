/** Models with several inputs and outputs: one step and fifty against Keras, from the same weights. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { allIndices } from '../../lib/data/subset';
import type { ImageSet } from '../../lib/data';
import { measure } from '../../lib/evaluate/measure';
import { Trainer } from '../../lib/graph';
import { importKerasWeights } from '../../lib/models';
import type { NamedArrays } from '../../lib/models/weights/named';
import { adam, crossEntropy, noAugmentation } from '../../lib/recipe';
import type { tf } from '../../lib/runtime/tensorflow';
import { KerasReference, withoutKeras } from '../models/keras';
import { facts, severalModels } from './several';

interface Case {
  readonly id: string;
  readonly model: keyof typeof severalModels;
  readonly output_weights: readonly number[] | null;
  readonly batch: number;
  readonly steps: number;
}

const sizes = { batch: 8, steps: 50 };
const cases: readonly Case[] = [
  { id: 'two inputs, two outputs', model: 'plain', output_weights: null, ...sizes },
  { id: 'an auxiliary output that counts less', model: 'plain', output_weights: [1, 0.3], ...sizes },
  { id: 'a nested model with two of each', model: 'nested', output_weights: [0.5, 2], ...sizes },
];

const keras = new KerasReference<Case>('several.py');

describe('several inputs and outputs, as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    test(each.id, async () => {
      const expected = await keras.training(each.id);
      const model = severalModels[each.model](10);
      await importKerasWeights(model, keras.weightsFile(each.id));
      const start = valuesByName(model);
      const labels = Uint8Array.from(named(expected, 'classes'));
      const set: ImageSet = {
        images: Uint8Array.from(named(expected, 'images')),
        labels,
        count: labels.length,
        inputs: { facts: { shape: [facts], values: named(expected, 'facts') } },
      };
      const options = { loss: crossEntropy(), outputWeights: each.output_weights, normalisation: null };
      const trainer = await Trainer.compile({
        model,
        imageShape: [8, 8, 3],
        examples: set,
        augmentation: noAugmentation,
        optimizer: adam(),
        dtype: 'float32',
        seed: 1,
        ...options,
      });
      try {
        for (let step = 0; step < each.steps; step++) {
          const indices = Int32Array.from({ length: each.batch }, (_, i) => step * each.batch + i);
          trainer.step(indices, step, 1e-3);
          const { loss, first, images } = trainer.totals();
          close(`the loss of step ${step}`, loss / images, named(expected, 'losses')[step]);
          close(`the accuracy of step ${step}`, first / images, named(expected, 'accuracies')[step]);
          if (step === 0) closeWeights(trainer, model, start, expected, 'first');
        }
        closeWeights(trainer, model, start, expected, 'after');

        const { losses, penalty, classes } = trainer.measure(Int32Array.from(labels, (_, i) => i));
        const right = classes.filter((found, i) => found === labels[i]).length;
        const mean = losses.reduce((total, loss) => total + loss, 0) / labels.length;
        close('the measured loss', mean + penalty, named(expected, 'loss')[0]);
        close('the measured accuracy', right / labels.length, named(expected, 'accuracy')[0]);
        const byTfjs = await measure(model, set, allIndices(labels.length), {
          ...options,
          metrics: [],
          imageShape: [8, 8, 3],
        });
        close("tfjs's loss", byTfjs?.loss ?? NaN, named(expected, 'loss')[0]);
        close("tfjs's accuracy", byTfjs?.accuracy ?? NaN, named(expected, 'accuracy')[0]);
      } finally {
        trainer.dispose();
        model.dispose();
      }
    });
  }
});

function valuesByName(model: tf.LayersModel): Map<string, Float32Array> {
  return new Map(
    model.weights.map((weight) => [weight.originalName, weight.read().dataSync<'float32'>().slice()]),
  );
}

function closeWeights(
  trainer: Trainer,
  model: tf.LayersModel,
  start: ReadonlyMap<string, Float32Array>,
  expected: NamedArrays,
  when: 'first' | 'after',
): void {
  trainer.writeModel();
  for (const [name, values] of valuesByName(model)) {
    const before = start.get(name) ?? new Float32Array();
    const theirs = difference(named(expected, `${when}/${name}`), before);
    assert.ok(norm(theirs) > 0, `Keras did not move ${name}`);
    const off = norm(difference(difference(values, before), theirs)) / norm(theirs);
    assert.ok(off < 1e-3, `the change of ${name}, ${when}, is off by ${off} of its norm`);
  }
}

function close(what: string, found: number, expected: number): void {
  const off = Math.abs(found - expected) / Math.max(1e-3, Math.abs(expected));
  assert.ok(off < 1e-4, `${what} is ${found}, in Keras ${expected}`);
}

function named(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, `Keras tells nothing of ${name}`);
  return array.values;
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
