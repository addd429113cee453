/** The models of scripts/keras/awkward.py, in tfjs; their weights come from there. */
import { tf } from '../../lib/runtime/tensorflow';

const inputShape = [8, 8, 3];

type Activation = 'softmax' | 'sigmoid' | 'relu' | 'linear';

function head(classes: number, activation: Activation, ...more: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape }),
      tf.layers.dense({ units: classes, activation, name: 'classes' }),
      ...more,
    ],
  });
}

function sharedPenalised(classes: number): tf.LayersModel {
  const image = tf.input({ shape: inputShape });
  const flat = tf.layers.flatten().apply(image);
  const first = tf.layers.dense({ units: 12, activation: 'tanh', name: 'first' }).apply(flat);
  const shared = tf.layers.dense({
    units: 12,
    activation: 'tanh',
    name: 'shared',
    kernelRegularizer: tf.regularizers.l1l2({ l1: 1e-3, l2: 1e-2 }),
  });
  const twice = shared.apply(shared.apply(first));
  const classifier = tf.layers.dense({ units: classes, activation: 'softmax', name: 'classes' });
  return tf.model({ inputs: image, outputs: classifier.apply(twice) as tf.SymbolicTensor });
}

function nested(classes: number, frozen: boolean): tf.LayersModel {
  const base = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape,
        filters: 4,
        kernelSize: 3,
        name: 'conv',
        kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }),
      }),
      tf.layers.batchNormalization({ name: 'bn' }),
      tf.layers.activation({ activation: 'tanh' }),
    ],
  });
  base.trainable = !frozen;
  const image = tf.input({ shape: inputShape });
  const flat = tf.layers.flatten().apply(base.apply(image));
  const classifier = tf.layers.dense({ units: classes, activation: 'softmax', name: 'classes' });
  return tf.model({ inputs: image, outputs: classifier.apply(flat) as tf.SymbolicTensor });
}

export const awkwardModels = {
  softmax: (classes: number) => head(classes, 'softmax'),
  softmax_layer: (classes: number) => head(classes, 'linear', tf.layers.softmax()),
  confident: (classes: number) => head(classes, 'softmax'),
  sigmoid: (classes: number) => head(classes, 'sigmoid'),
  relu: (classes: number) => head(classes, 'relu'),
  linear: (classes: number) => head(classes, 'linear'),
  tied: (classes: number) => head(classes, 'softmax'),
  shared_penalised: sharedPenalised,
  frozen_base: (classes: number) => nested(classes, true),
  nested_base: (classes: number) => nested(classes, false),
} as const;
