/**
 * The networks against Keras: same layers, and with the same weights and images the same probabilities, loss,
 * gradients and moving statistics, in tfjs and in the graph engine, and there the same weights after a step of Adam.
 * Keras builds its networks in scripts/keras/reference.py, with its own
 * defaults, so every default of tfjs that differed would show.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { importKerasWeights, networks, summary, type NetworkName } from '../../lib/models';
import { activations, type NetworkOptions } from '../../lib/models/network';
import type { NamedArrays } from '../../lib/models/weights/named';
import { tf } from '../../lib/runtime/tensorflow';
import { compareGraphStep } from '../graph/keras-step';
import { KerasReference, withoutKeras, type Case, type KerasModel, type Row } from './keras';

/** Largest difference of a probability. */
const probabilityTolerance = 1e-4;

/** Largest difference within a gradient, or within a statistic's change, as a share of its largest value. */
const relativeTolerance = 1e-3;

const names = Object.keys(networks) as NetworkName[];
const dropout = 0; // Keras and tfjs draw different masks.

const asPublished = names.map((network): Case => ({ id: network, network, options: { dropout } }));

/** Options, tried on small networks. */
const varied: Case[] = [
  ...activations.map((activation): Case => {
    const options = { activation, inputShape: [8, 8, 3], dropout };
    return { id: `baseline ${activation}`, network: 'baseline', options };
  }),
  ...names.map((network): Case => {
    const batchNorm = network === 'lenet5';
    const options = { batchNorm, width: 0.25, inputShape: [40, 24, 1], classes: 7, dropout };
    return { id: `${network} ${batchNorm ? 'with' : 'without'} batch norm`, network, options };
  }),
  { id: 'lenet5 of 1998', network: 'lenet5', options: { activation: 'tanh', pooling: 'average' } },
  ...[11, 13, 19].map((depth): Case => {
    const options = { depth, width: 0.125, dropout };
    return { id: `vgg${depth}`, network: 'vgg16', options };
  }),
  ...[20, 34].map((depth): Case => {
    const options = { depth, width: 0.25, inputShape: [16, 16, 3] };
    return { id: `resnet${depth}`, network: 'resnet18', options };
  }),
];

const keras = new KerasReference('reference.py', { oneDnn: false });

describe('parity with Keras', { skip: withoutKeras }, () => {
  before(() => keras.run([...asPublished, ...varied]));
  after(() => {
    keras.dispose();
  });

  for (const { id, network, options } of [...asPublished, ...varied]) {
    test(id, async () => {
      const build: (options: NetworkOptions) => tf.LayersModel = networks[network].build;
      const model = build(options);
      compareLayers(model, keras.model(id));
      await importKerasWeights(model, keras.weightsFile(id));
      const step = await keras.step(id);
      compareProbabilities(model, step);
      compareTrainingStep(model, step);
      await importKerasWeights(model, keras.weightsFile(id));
      await compareGraphStep(model, step, (weight) => hasNoEffect(model, weight));
      model.dispose();
    });
  }
});

function compareLayers(model: tf.LayersModel, theirs: KerasModel): void {
  const { rows, parameters, trainable, nonTrainable } = summary(model);
  const ours = rows.map((row): Row => [row.layer, row.type, row.outputShape, row.parameters]);
  assert.deepEqual(byName(ours.filter(([, type]) => type !== 'InputLayer')), byName(theirs.rows));
  assert.deepEqual(
    { total: parameters, trainable, nonTrainable },
    { total: theirs.total, trainable: theirs.trainable, nonTrainable: theirs.nonTrainable },
  );
}

function byName(rows: readonly Row[]): Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

function compareProbabilities(model: tf.LayersModel, step: NamedArrays): void {
  const expected = valuesOf(step, 'probabilities');
  const [first, second] = [expected.subarray(0, expected.length / 2), expected.slice(expected.length / 2)];
  assert.ok(largest(differences(first, second)) > 0.1, 'images would show little: all get the same');

  const found = tf.tidy(() => (model.predict(tensorOf(step, 'images')) as tf.Tensor).dataSync());
  const off = largest(differences(found, expected));
  assert.ok(off <= probabilityTolerance, `probabilities are off by ${off}`);
}

function compareTrainingStep(model: tf.LayersModel, step: NamedArrays): void {
  const before = movingStatistics(model);
  const { loss, gradients } = trainingStep(model, step);
  const after = movingStatistics(model);

  assertClose('the loss', Float32Array.of(loss), valuesOf(step, 'loss'));
  for (const [name, gradient] of gradients) {
    const expected = valuesOf(step, `gradient/${name}`);
    const scale = hasNoEffect(model, name)
      ? valuesOf(step, `gradient/${name.replace('/bias', '/kernel')}`)
      : expected;
    assertClose(`the gradient of ${name}`, gradient, expected, largest(scale));
  }
  for (const [name, start] of before) {
    // A hundredth of the way to the batch's statistics: only the change tells whether that is right.
    const expected = differences(valuesOf(step, `after/${name}`), start);
    assertClose(`the change of ${name}`, differences(after.get(name) ?? [], start), expected);
  }
}

function movingStatistics(model: tf.LayersModel): Map<string, Float32Array> {
  return new Map(
    model.nonTrainableWeights.map((weight) => {
      return [weight.originalName, weight.read().dataSync().slice() as Float32Array];
    }),
  );
}

/**
 * A bias in front of batch normalisation has a gradient of zero: what it adds, the mean takes off. Both sides
 * compute rounding errors, which are compared with the gradient of the kernel beside it.
 */
function hasNoEffect(model: tf.LayersModel, weight: string): boolean {
  const [layer, kind] = weight.split('/');
  if (kind !== 'bias') return false;
  const next = model.getLayer(layer).outboundNodes.map((node) => node.outboundLayer.getClassName());
  return next[0] === 'BatchNormalization';
}

interface TrainingStep {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** One pass in training mode through the loss that `fit` would use, penalties included. */
function trainingStep(model: tf.LayersModel, step: NamedArrays): TrainingStep {
  // A sequential model keeps its loss functions to itself; one over the same layers does not.
  const open = tf.model({ inputs: model.inputs, outputs: model.outputs });
  open.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { value, grads } = tf.tidy(() => {
    const labels = tensorOf(step, 'labels');
    const images = tensorOf(step, 'images').slice(0, labels.size);
    return tf.variableGrads(() => {
      const predicted = model.apply(images, { training: true }) as tf.Tensor;
      const losses = open.lossFunctions[0](labels, predicted);
      return tf.addN([tf.mean(losses), ...model.calculateLosses()]).asScalar();
    }, variables);
  });
  const gradients = model.trainableWeights.map(({ originalName }, i): [string, Float32Array] => {
    return [originalName, grads[variables[i].name].dataSync() as Float32Array];
  });
  const loss = value.dataSync()[0];
  tf.dispose([value, grads]);
  return { loss, gradients: new Map(gradients) };
}

function assertClose(
  what: string,
  found: Float32Array,
  expected: Float32Array,
  scale = largest(expected),
): void {
  const off = largest(differences(found, expected)) / scale;
  assert.ok(off <= relativeTolerance, `${what} is off by ${off} of its largest value`);
}

function valuesOf(step: NamedArrays, name: string): Float32Array {
  const array = step.get(name);
  assert.ok(array, `Keras tells nothing of ${name}`);
  return array.values;
}

function tensorOf(step: NamedArrays, name: string): tf.Tensor {
  return tf.tensor(valuesOf(step, name), [...(step.get(name)?.shape ?? [])]);
}

function differences(a: ArrayLike<number>, b: Float32Array): Float32Array {
  return b.map((value, i) => a[i] - value);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
