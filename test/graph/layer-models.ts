/** The models of scripts/keras/layer_models.py, in tfjs; their weights come from there. */
import { tf } from '../../lib/runtime/tensorflow';

type Tensor = tf.SymbolicTensor;

const classes = 10;
const slope = tf.initializers.constant({ value: 0.25 });

/** Applies layers one after the other. */
function chain(x: Tensor, ...layers: readonly tf.layers.Layer[]): Tensor {
  return layers.reduce((y, layer) => layer.apply(y) as Tensor, x);
}

function classified(image: Tensor, x: Tensor): tf.LayersModel {
  const classifier = tf.layers.dense({ units: classes, activation: 'softmax', name: 'classes' });
  return tf.model({ inputs: image, outputs: chain(x, classifier) });
}

function input(): Tensor {
  return tf.input({ shape: [8, 8, 3] });
}

function normalised(): tf.LayersModel {
  const image = input();
  const l2 = tf.regularizers.l2({ l2: 0.01 });
  return classified(
    image,
    chain(
      image,
      tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', name: 'conv1' }),
      tf.layers.layerNormalization({ name: 'ln1' }),
      tf.layers.prelu({ alphaInitializer: slope, sharedAxes: [1, 2], name: 'prelu1' }),
      tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', name: 'conv2' }),
      tf.layers.layerNormalization({ axis: [1, 3], center: false, epsilon: 1e-2, name: 'ln2' }),
      tf.layers.prelu({ alphaInitializer: slope, alphaRegularizer: l2, name: 'prelu2' }),
      tf.layers.layerNormalization({ scale: false, name: 'ln3' }),
      tf.layers.flatten({ name: 'flatten' }),
    ),
  );
}

function enlarged(): tf.LayersModel {
  const image = input();
  return classified(
    image,
    chain(
      image,
      tf.layers.rescaling({ scale: 2, offset: -1, name: 'rescale' }),
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'tanh',
        name: 'conv',
      }),
      tf.layers.conv2dTranspose({
        filters: 5,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'tanh',
        name: 'up1',
      }),
      tf.layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
        name: 'crop',
      }),
      tf.layers.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: [1, 2], name: 'up2' }),
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 1, strides: 2, useBias: false, name: 'up3' }),
      tf.layers.upSampling2d({ size: [2, 1], name: 'up4' }),
      tf.layers.permute({ dims: [2, 3, 1], name: 'permute' }),
      tf.layers.reLU({ maxValue: 0.5, name: 'bounded' }),
      tf.layers.flatten({ name: 'flatten' }),
    ),
  );
}

function gated(): tf.LayersModel {
  const image = input();
  const merged = (layer: tf.layers.Layer, ...inputs: Tensor[]): Tensor => layer.apply(inputs) as Tensor;
  const conv = { filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'conv' } as const;
  let x = chain(image, tf.layers.conv2d(conv));
  const squeezed = chain(x, tf.layers.globalAveragePooling2d({ name: 'squeeze' }));
  const gate = chain(
    squeezed,
    tf.layers.reshape({ targetShape: [1, 1, 4], name: 'reshape' }),
    tf.layers.dense({ units: 2, activation: 'tanh', name: 'reduce' }),
    tf.layers.dense({ units: 4, activation: 'sigmoid', name: 'excite' }),
  );
  x = merged(tf.layers.multiply({ name: 'gated' }), x, gate);
  const shift = chain(squeezed, tf.layers.dense({ units: 4, name: 'shift' }));
  x = merged(tf.layers.add({ name: 'shifted' }), shift, x);
  const least = chain(squeezed, tf.layers.dense({ units: 4, name: 'least' }));
  x = merged(tf.layers.maximum({ name: 'maximum' }), x, least);
  x = merged(tf.layers.average({ name: 'average' }), x, gate, shift);
  const steps = chain(
    x,
    tf.layers.reshape({ targetShape: [64, 4], name: 'steps' }),
    tf.layers.conv1d({
      filters: 5,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: 'tanh',
      name: 'conv1d',
    }),
    tf.layers.averagePooling1d({ poolSize: 2, name: 'pool1d' }),
  );
  const query = chain(
    steps,
    tf.layers.globalAveragePooling1d({ name: 'mean' }),
    tf.layers.dense({ units: 5, name: 'query' }),
  );
  const match = tf.layers.dot({ axes: [2, 1], normalize: true, name: 'match' });
  const scores = chain(merged(match, steps, query), tf.layers.softmax({ axis: -1, name: 'scores' }));
  const found = merged(tf.layers.dot({ axes: [1, 1], normalize: false, name: 'found' }), scores, steps);
  const twice = tf.layers.repeatVector({ n: 2, name: 'twice' });
  return classified(image, chain(found, twice, tf.layers.flatten({ name: 'flatten' })));
}

function block(name: string): tf.LayersModel {
  const image = tf.input({ shape: [8, 8, 4] });
  const layers = [
    tf.layers.layerNormalization({
      axis: [1, 2, 3],
      gammaRegularizer: tf.regularizers.l2({ l2: 0.01 }),
      name: 'ln',
    }),
    tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, padding: 'same', name: 'transposed' }),
    tf.layers.prelu({ alphaInitializer: slope, sharedAxes: [1, 2], name: 'prelu' }),
  ];
  return tf.model({ inputs: image, outputs: chain(image, ...layers), name });
}

function shared(): tf.LayersModel {
  const [twice, frozen] = [block('twice'), block('frozen')];
  frozen.trainable = false;
  const image = input();
  const conv = { filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'conv' } as const;
  const mean = tf.layers.globalAveragePooling2d({ name: 'mean' });
  return classified(image, chain(image, tf.layers.conv2d(conv), twice, twice, frozen, mean));
}

export const layerModels = { normalised, enlarged, gated, shared } as const;
