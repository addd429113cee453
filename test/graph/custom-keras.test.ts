/**
 * The worked examples of docs/engine.md, an optimizer written anew, class weights and sample weights: one step and fifty
 * against the same in Keras, from the same weights.
 */
import { after, before, describe, test } from 'node:test';
import { customOptimizer } from '../../lib/graph';
import { lenet5 } from '../../lib/models';
import { crossEntropy, type CustomLoss, type Loss } from '../../lib/recipe/losses';
import { sgd, type CustomOptimizer, type Optimizer } from '../../lib/recipe/optimizers';
import { tf } from '../../lib/runtime/tensorflow';
import { examples, runExample } from '../docs/examples';
import { KerasReference, withoutKeras } from '../models/keras';
import { indices } from './fixtures';
import { close, KerasRun } from './keras-run';

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

const classifier = (): tf.layers.Layer =>
  tf.layers.dense({ name: 'classes', units: 10, activation: 'softmax' });

/** With the names that scripts/keras/custom.py gives the layers. */
const builders: Readonly<Record<Case['model'], () => tf.LayersModel>> = {
  lenet5: () => lenet5({ activation: 'tanh', inputShape: [16, 16, 3] }),
  squeeze: () => {
    const image = tf.input({ shape: [16, 16, 3] });
    const { conv2d, dense, flatten, globalAveragePooling2d, multiply } = tf.layers;
    const conv = { name: 'conv', filters: 8, kernelSize: 3, strides: 2, activation: 'tanh' } as const;
    const features = conv2d(conv).apply(image);
    const squeezed = globalAveragePooling2d({}).apply(features);
    const fewer = dense({ name: 'fewer', units: 4, activation: 'relu' }).apply(squeezed);
    const gates = dense({ name: 'gates', units: 8, activation: 'sigmoid' }).apply(fewer);
    const excited = multiply().apply([features, gates] as tf.SymbolicTensor[]);
    const classes = classifier().apply(flatten().apply(excited));
    return tf.model({ inputs: image, outputs: classes as tf.SymbolicTensor });
  },
  power_mean: () => {
    const conv = { name: 'conv', filters: 8, kernelSize: 3, activation: 'sigmoid' } as const;
    const features = tf.layers.conv2d({ ...conv, inputShape: [16, 16, 3] });
    return tf.sequential({ layers: [features, new PowerMean({ name: 'pool' }), classifier()] });
  },
};

const keras = new KerasReference<KerasCase>('custom.py');

describe('what users write, and weights of images, as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    const { loss, optimizer } = each.ours;
    test(each.id, () =>
      KerasRun.with(
        keras,
        each,
        builders[each.model](),
        { loss, optimizer, classWeights: each.class_weights },
        (run) => {
          run.takeSteps(optimizer.learningRate, (totals, step) => {
            run.closeLoss(totals, step);
            if (step === 0) run.closeWeights('first', each.tolerance);
          });
          run.closeWeights('after', each.tolerance);
          if (!each.class_weights) return;
          const { losses } = run.trainer.measure(indices(0, run.examples.count));
          const unweighted = losses.reduce((total, each) => total + each, 0) / losses.length;
          close('the validation', unweighted, run.values('validation_loss')[0]);
        },
        (values) => (each.sample_weights ? { weights: values('sample_weights') } : {}),
      ),
    );
  }
});
