/**
 * The worked examples of docs/engine.md, an optimizer written anew, class weights and sample weights: one step and fifty
 * against the same in Keras, from the same weights.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { customOptimizer, Trainer, type ImageShape } from '../../lib/graph';
import { importKerasWeights, lenet5 } from '../../lib/models';
import type { NamedArrays } from '../../lib/models/weights/named';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy, type CustomLoss, type Loss } from '../../lib/recipe/losses';
import { sgd, type CustomOptimizer, type Optimizer } from '../../lib/recipe/optimizers';
import { tf } from '../../lib/runtime/tensorflow';
import { examples, runExample } from '../docs/examples';
import { KerasReference, withoutKeras } from '../models/keras';

const [{ focal }, { lion }, { PowerMean }] = examples().map(runExample) as [
  { focal: CustomLoss },
  { lion: CustomOptimizer },
  { PowerMean: new (options: object) => tf.layers.Layer },
];

/** Kingma & Ba 2014, as `adam` has it. */
const ownAdam = customOptimizer(
  {
    slots: { m: 0, v: 0 },
    update({ weight, gradient, slots, learningRate, step }, g, { beta1, beta2, epsilon }) {
      const count = g.add(g.cast(step, 'float32'), 1);
      const m = g.add(g.mul(slots.m, beta1), g.mul(gradient, 1 - beta1));
      const v = g.add(g.mul(slots.v, beta2), g.mul(g.square(gradient), 1 - beta2));
      const rate = g.div(
        g.mul(learningRate, g.sqrt(g.sub(1, g.pow(beta2, count)))),
        g.sub(1, g.pow(beta1, count)),
      );
      return {
        weight: g.sub(weight, g.div(g.mul(rate, m), g.add(g.sqrt(v), epsilon))),
        slots: { m, v },
      };
    },
  },
  { name: 'adam', settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
);

interface KerasCase {
  readonly id: string;
  readonly model: 'lenet5' | 'squeeze' | 'power_mean';
  readonly loss: 'sparse' | 'focal';
  readonly optimizer: { readonly class_name: string; readonly config: object };
  readonly class_weights: readonly number[] | null;
  readonly sample_weights: boolean;
  readonly batch: number;
  readonly steps: number;
}

interface Case extends KerasCase {
  readonly ours: { readonly loss: Loss; readonly optimizer: Optimizer };
  /** How far the change of a weight may be off, as a share of its norm. */
  readonly tolerance: number;
}

function caseOf(id: string, change: Partial<Case>): Case {
  return {
    ...{ id, model: 'lenet5', loss: 'sparse', class_weights: null, sample_weights: false },
    ...{ batch: 8, steps: 50 },
    optimizer: { class_name: 'SGD', config: { learning_rate: 0.02 } },
    ours: { loss: crossEntropy(), optimizer: sgd({ learningRate: 0.02 }) },
    tolerance: 1e-3,
    ...change,
  };
}

const cases = [
  caseOf('focal loss', { loss: 'focal', ours: { loss: focal, optimizer: sgd({ learningRate: 0.02 }) } }),
  caseOf('Lion', {
    optimizer: { class_name: 'Lion', config: { learning_rate: 1e-4 } },
    ours: { loss: crossEntropy(), optimizer: lion },
    // Where rounding turns a sign, a weight is off by two whole steps.
    tolerance: 3e-2,
  }),
  caseOf('Adam, written anew, with weight decay and clipping', {
    optimizer: { class_name: 'AdamW', config: { weight_decay: 0.1, global_clipnorm: 1 } },
    ours: { loss: crossEntropy(), optimizer: { ...ownAdam, weightDecay: 0.1, clipNorm: 1 } },
  }),
  caseOf('generalised-mean pooling', { model: 'power_mean' }),
  caseOf('squeeze and excitation', { model: 'squeeze' }),
  caseOf('class weights', { class_weights: [0.5, 2, 1, 0, 3, 1, 1, 1.5, 0.25, 1] }),
  caseOf('sample weights', { sample_weights: true }),
];

const builders: Readonly<Record<Case['model'], () => tf.LayersModel>> = {
  lenet5: () => lenet5({ activation: 'tanh', inputShape: [16, 16, 3] }),
  squeeze: () => {
    const image = tf.input({ shape: [16, 16, 3] });
    const { conv2d, dense, flatten, globalAveragePooling2d, multiply } = tf.layers;
    const features = conv2d({ filters: 8, kernelSize: 3, strides: 2, activation: 'tanh' }).apply(image);
    const fewer = dense({ units: 4, activation: 'relu' }).apply(globalAveragePooling2d({}).apply(features));
    const gates = dense({ units: 8, activation: 'sigmoid' }).apply(fewer);
    const excited = multiply().apply([features, gates] as tf.SymbolicTensor[]);
    const classes = dense({ units: 10, activation: 'softmax' }).apply(flatten().apply(excited));
    return tf.model({ inputs: image, outputs: classes as tf.SymbolicTensor });
  },
  power_mean: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'sigmoid', inputShape: [16, 16, 3] }),
        new PowerMean({}),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
};

const keras = new KerasReference<KerasCase>('custom.py');

describe('what users write, and weights of images, as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    test(each.id, async () => {
      const expected = await keras.training(each.id);
      const model = builders[each.model]();
      await importWeights(model, each);
      const start = model.getWeights().map(valuesOf);
      const labels = Uint8Array.from(named(expected, 'classes'));
      const trainer = await Trainer.compile({
        model,
        imageShape: [16, 16, 3] satisfies ImageShape,
        examples: {
          images: Uint8Array.from(named(expected, 'images')),
          labels,
          count: labels.length,
          ...(each.sample_weights && { weights: named(expected, 'sample_weights') }),
        },
        normalisation: null,
        augmentation: noAugmentation,
        ...each.ours,
        classWeights: each.class_weights,
        dtype: 'float32',
        seed: 1,
      });
      try {
        for (let step = 0; step < each.steps; step++) {
          const indices = Int32Array.from({ length: each.batch }, (_, i) => step * each.batch + i);
          trainer.step(indices, step, each.ours.optimizer.learningRate);
          const { loss, images } = trainer.totals();
          close(`the loss of step ${step}`, loss / images, named(expected, 'losses')[step]);
          if (step === 0) closeWeights(trainer, model, start, expected, 'first', each.tolerance);
        }
        closeWeights(trainer, model, start, expected, 'after', each.tolerance);
        if (each.class_weights) {
          const { losses } = trainer.measure(Int32Array.from(labels, (_, i) => i));
          const unweighted = losses.reduce((total, loss) => total + loss, 0) / labels.length;
          close('the validation', unweighted, named(expected, 'validation_loss')[0]);
        }
      } finally {
        trainer.dispose();
        model.dispose();
      }
    });
  }
});

/** Keras's layers and ours have the same weights in the same order, though not of the same names but for LeNet-5. */
async function importWeights(model: tf.LayersModel, { id, model: kind }: Case): Promise<void> {
  if (kind === 'lenet5') return importKerasWeights(model, keras.weightsFile(id));
  const arrays = await keras.weights(id);
  model.setWeights(weightNames(arrays, '').map((name) => asTensor(arrays, name)));
}

function asTensor(arrays: NamedArrays, name: string): tf.Tensor {
  const array = arrays.get(name);
  assert.ok(array);
  return tf.tensor(array.values, [...array.shape]);
}

/** The names of all weights, in Keras's order. */
function weightNames(arrays: NamedArrays, prefix: string): string[] {
  return [...arrays.keys()].filter((name) => name.startsWith(prefix) && name.includes('/', prefix.length));
}

function closeWeights(
  trainer: Trainer,
  model: tf.LayersModel,
  start: readonly Float32Array[],
  expected: NamedArrays,
  when: 'first' | 'after',
  tolerance: number,
): void {
  trainer.writeModel();
  const names = weightNames(expected, `${when}/`);
  assert.equal(names.length, model.weights.length);
  names.forEach((name, i) => {
    const theirs = difference(named(expected, name), start[i]);
    const ours = difference(valuesOf(model.getWeights()[i]), start[i]);
    assert.ok(norm(theirs) > 0, `Keras did not move ${name}`);
    const off = norm(difference(ours, theirs)) / norm(theirs);
    assert.ok(off < tolerance, `the change of ${name}, ${when}, is off by ${off} of its norm`);
  });
}

function close(what: string, found: number, expected: number): void {
  const off = Math.abs(found - expected) / Math.abs(expected);
  assert.ok(off < 1e-4, `${what} is ${found}, in Keras ${expected}`);
}

function named(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, `Keras tells nothing of ${name}`);
  return array.values;
}

function valuesOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync().slice() as Float32Array;
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
