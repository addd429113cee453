/** The models of scripts/keras/several.py, in tfjs. */
import { tf } from '../../lib/runtime/tensorflow';

export const facts = 5;

type Tensor = tf.SymbolicTensor;

const dense = (units: number, name: string, more: object = {}): tf.layers.Layer =>
  tf.layers.dense({ units, activation: 'tanh', name, ...more });

const classifier = (name: string, classes: number): tf.layers.Layer =>
  tf.layers.dense({ units: classes, activation: 'softmax', name });

const concatenated = (...values: Tensor[]): Tensor => tf.layers.concatenate().apply(values) as Tensor;

/** A convolution with an auxiliary classifier of its features; the main one sees the facts as well. */
function plain(classes: number): tf.LayersModel {
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const given = tf.input({ shape: [facts], name: 'facts' });
  const conv = tf.layers.conv2d({ filters: 6, kernelSize: 3, activation: 'tanh', name: 'conv' }).apply(image);
  const norm = tf.layers.batchNormalization({ name: 'norm' }).apply(conv);
  const features = tf.layers.flatten().apply(norm) as Tensor;
  const more = dense(4, 'more', { kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }).apply(given);
  const hidden = dense(12, 'hidden').apply(concatenated(features, more as Tensor));
  const outputs = [
    classifier('main', classes).apply(hidden),
    classifier('auxiliary', classes).apply(features),
  ];
  return tf.model({ name: 'plain', inputs: [given, image], outputs: outputs as Tensor[] });
}

/** A nested model with two inputs and two outputs, called twice. */
function nested(classes: number): tf.LayersModel {
  const [left, right] = [tf.input({ shape: [6] }), tf.input({ shape: [facts] })];
  const joined = concatenated(left, right);
  const both = [dense(6, 'first').apply(joined), dense(facts, 'second').apply(joined)] as Tensor[];
  const block = tf.model({ name: 'block', inputs: [left, right], outputs: both });
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const given = tf.input({ shape: [facts], name: 'facts' });
  const features = dense(6, 'features').apply(tf.layers.flatten().apply(image)) as Tensor;
  const [a, b] = block.apply(block.apply([features, given]) as Tensor[]) as Tensor[];
  const outputs = [classifier('main', classes).apply(a), classifier('auxiliary', classes).apply(b)];
  return tf.model({ name: 'nested', inputs: [image, given], outputs: outputs as Tensor[] });
}

export const severalModels = { plain, nested } as const;
