/**
 * The layers that Keras and tfjs both have, with what each calls their settings. Both ways go by this table, and what is
 * not in it is refused: a setting that is dropped in silence makes another network.
 */

/** A setting under tfjs's name (in Python's spelling, as its files have it) and Keras 3's, if they differ. */
type Setting = string | readonly [tfjs: string, keras: string];

export interface KnownLayer {
  readonly settings: readonly Setting[];
  /** Settings that only one side knows, with the one value that the other computes by. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Settings without any effect on the values that layers give. */
  readonly idle?: readonly string[];
}

/** A weight's start, penalty and constraint: `kernel_initializer`, … */
const weight = (name: string): string[] =>
  ['initializer', 'regularizer', 'constraint'].map((kind) => `${name}_${kind}`);

const ending = ['activation', 'use_bias', ...weight('bias'), 'activity_regularizer'];
const window = ['kernel_size', 'strides', 'padding'];
const undilated = { dilation_rate: [1, 1] };

const pool2d: KnownLayer = { settings: ['pool_size', 'strides', 'padding', 'data_format'] };
const pool1d: KnownLayer = {
  settings: ['pool_size', 'strides', 'padding'],
  fixed: { data_format: 'channels_last' },
};
const globalPool2d: KnownLayer = { settings: ['data_format'] };
const globalPool1d: KnownLayer = { settings: [], fixed: { data_format: 'channels_last' } };
const merge: KnownLayer = { settings: [] };

const layers: Readonly<Record<string, KnownLayer>> = {
  InputLayer: { settings: [['batch_input_shape', 'batch_shape'], 'dtype', 'sparse'] },

  Conv1D: {
    settings: ['filters', ...window, 'dilation_rate', ...ending, ...weight('kernel')],
    fixed: { data_format: 'channels_last', groups: 1 },
  },
  Conv2D: {
    settings: ['filters', ...window, 'data_format', 'dilation_rate', ...ending, ...weight('kernel')],
    fixed: { groups: 1 },
  },
  // tfjs computes dilated ones as if they were not.
  DepthwiseConv2D: {
    settings: [...window, 'data_format', 'depth_multiplier', ...ending, ...weight('depthwise')],
    fixed: undilated,
  },
  SeparableConv2D: {
    settings: [
      'filters',
      ...window,
      'data_format',
      ...ending,
      ...weight('depthwise'),
      ...weight('pointwise'),
    ],
    // tfjs leaves the multiplier out of its files.
    fixed: { ...undilated, depth_multiplier: 1 },
  },
  Conv2DTranspose: {
    settings: ['filters', ...window, 'data_format', ...ending, ...weight('kernel')],
    fixed: undilated,
  },
  Dense: { settings: ['units', ...ending, ...weight('kernel')] },

  BatchNormalization: {
    settings: [
      ...['axis', 'momentum', 'epsilon', 'center', 'scale'],
      ...weight('beta'),
      ...weight('gamma'),
      ...['moving_mean_initializer', 'moving_variance_initializer'],
    ],
    idle: ['renorm_momentum'],
  },
  LayerNormalization: {
    settings: ['axis', 'epsilon', 'center', 'scale', ...weight('beta'), ...weight('gamma')],
  },

  Activation: { settings: ['activation'] },
  ReLU: { settings: ['max_value'], fixed: { negative_slope: 0, threshold: 0 } },
  LeakyReLU: { settings: [['alpha', 'negative_slope']] },
  PReLU: { settings: [...weight('alpha'), 'shared_axes'] },
  ELU: { settings: ['alpha'] },
  Softmax: { settings: ['axis'] },

  MaxPooling1D: pool1d,
  AveragePooling1D: pool1d,
  MaxPooling2D: pool2d,
  AveragePooling2D: pool2d,
  GlobalMaxPooling1D: globalPool1d,
  GlobalAveragePooling1D: globalPool1d,
  GlobalMaxPooling2D: globalPool2d,
  GlobalAveragePooling2D: globalPool2d,

  Flatten: { settings: ['data_format'] },
  Reshape: { settings: ['target_shape'] },
  Permute: { settings: ['dims'] },
  RepeatVector: { settings: ['n'] },
  Rescaling: { settings: ['scale', 'offset'] },
  ZeroPadding2D: { settings: ['padding', 'data_format'] },
  Cropping2D: { settings: ['cropping', 'data_format'] },
  // Keras takes pixels at their centres where tfjs does not, so the bilinear one differs.
  UpSampling2D: { settings: ['size', 'data_format'], fixed: { interpolation: 'nearest' } },

  Dropout: { settings: ['rate', 'noise_shape', 'seed'] },
  SpatialDropout1D: { settings: ['rate', 'seed'], fixed: { noise_shape: null } },
  GaussianNoise: { settings: ['stddev', 'seed'] },
  GaussianDropout: { settings: ['rate', 'seed'] },
  AlphaDropout: { settings: ['rate', 'seed'] },

  Add: merge,
  Multiply: merge,
  Average: merge,
  Maximum: merge,
  Minimum: merge,
  Concatenate: { settings: ['axis'] },
  Dot: { settings: ['axes', 'normalize'] },
};

/** @returns undefined for a layer that one of the two lacks */
export function knownLayer(type: string): KnownLayer | undefined {
  return Object.hasOwn(layers, type) ? layers[type] : undefined;
}

/** For messages. */
export function knownLayerNames(): string {
  return Object.keys(layers).sort().join(', ');
}

/** Whether its output has one value for each channel, and in Keras an option to keep the axes of rows and columns. */
export function isGlobalPool(type: string): boolean {
  return /^Global(Max|Average)Pooling[12]D$/.test(type);
}
