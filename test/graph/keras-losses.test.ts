/**
 * What a loss, a penalty, an accuracy and a frozen layer are: both engines against Keras, on models that are awkward
 * in one way each.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { importKerasWeights } from '../../lib/models';
import type { NamedArrays } from '../../lib/models/weights/named';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy, meanSquaredError, type Loss } from '../../lib/recipe/losses';
import { sgd } from '../../lib/recipe/optimizers';
import type { StepsResult } from '../../lib/runs/state';
import { graphEngine } from '../../lib/train/graph-engine';
import { tfjsEngine } from '../../lib/train/tfjs-engine';
import { KerasReference, withoutKeras } from '../models/keras';
import { awkwardModels } from './awkward-models';

interface Case {
  readonly id: string;
  readonly model: keyof typeof awkwardModels;
  readonly classes: number;
  readonly loss: 'sparse' | 'smooth' | 'squared';
  readonly smoothing: number;
  readonly logits: boolean;
}

function awkward(model: Case['model'], settings: Partial<Case> = {}): Case {
  const each = { model, classes: 10, loss: 'sparse', smoothing: 0.1, logits: false, ...settings } as const;
  const { classes, loss, logits } = each;
  return { ...each, id: `${model} ${classes} ${loss}${logits ? ' from logits' : ''}` };
}

const cases = [
  awkward('softmax'),
  awkward('softmax', { classes: 3 }),
  awkward('softmax', { logits: true }),
  awkward('softmax', { loss: 'smooth' }),
  awkward('softmax', { loss: 'squared' }),
  awkward('softmax_layer'),
  awkward('confident'),
  awkward('confident', { loss: 'smooth' }),
  awkward('sigmoid'),
  awkward('sigmoid', { loss: 'smooth' }),
  awkward('sigmoid', { loss: 'squared', classes: 7 }),
  awkward('relu'),
  awkward('relu', { loss: 'smooth' }),
  awkward('linear', { logits: true }),
  awkward('linear', { logits: true, loss: 'smooth' }),
  awkward('linear', { loss: 'squared' }),
  awkward('tied'),
  awkward('shared_penalised'),
  awkward('frozen_base'),
  awkward('nested_base'),
];

function lossOf({ loss, logits, smoothing }: Case): Loss {
  if (loss === 'squared') return meanSquaredError();
  return crossEntropy({ fromLogits: logits, labelSmoothing: loss === 'smooth' ? smoothing : 0 });
}

const keras = new KerasReference<Case>('awkward.py');

describe('losses, penalties, hits and frozen layers are those of Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const engine of [graphEngine, tfjsEngine]) {
    for (const each of cases) {
      test(`${engine.name}: ${each.id}`, async () => {
        const expected = await keras.training(each.id);
        const model = awkwardModels[each.model](each.classes);
        await importKerasWeights(model, keras.weightsFile(each.id));
        const labels = Uint8Array.from(valuesOf(expected, 'classes'));
        const images = Uint8Array.from(valuesOf(expected, 'images'));
        const set = { images, labels, count: labels.length };
        const run = await engine.start({
          model,
          images: set,
          imageShape: [8, 8, 3],
          normalisation: null,
          batchSize: set.count,
          optimizer: sgd({ learningRate: 0.1 }),
          loss: lossOf(each),
          augmentation: noAugmentation,
          precision: 'float32',
          seed: 1,
        });
        try {
          const order = Uint32Array.from(labels, (_, i) => i);
          const measured = await run.measure(set, order, () => false);
          for (const name of ['loss', 'penalty', 'accuracy', 'top5'] as const) {
            close(`the measured ${name}`, measured?.[name], valuesOf(expected, name)[0]);
          }
          const results: StepsResult[] = [];
          await run.train(
            { order, firstStep: 0, learningRate: () => 0.1 },
            (result) => results.push(result) > 0,
          );
          const [step] = results;
          for (const name of ['loss', 'accuracy', 'top5'] as const) {
            close(`the step's ${name}`, step[name], valuesOf(expected, `step/${name}`)[0]);
          }
          close("the step's penalty", step.penalty, valuesOf(expected, 'penalty')[0]);
          for (const weight of model.weights) {
            const name = weight.originalName;
            const theirs = valuesOf(expected, `after/${name}`);
            weight
              .read()
              .dataSync()
              .forEach((value, i) => {
                close(`${name} after the step`, value, theirs[i]);
              });
          }
        } finally {
          run.dispose();
          model.dispose();
        }
      });
    }
  }
});

function valuesOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, `Keras tells nothing of ${name}`);
  return array.values;
}

function close(what: string, found: number | undefined, expected: number): void {
  const off = Math.abs((found ?? NaN) - expected) / Math.max(1, Math.abs(expected));
  assert.ok(off < 2e-5, `${what} is ${found}, in Keras ${expected}`);
}
