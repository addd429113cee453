/** Networks that nobody would design: random layers in random order, with branches, shared layers and nested models. */
import { Random } from '../../lib/data/random';
import { tf } from '../../lib/runtime/tensorflow';

type Tensor = tf.SymbolicTensor;

const activations = [
  'linear',
  'relu',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
  'gelu',
  'relu6',
  'hardSigmoid',
  'mish',
  'gelu_new',
] as const;

export const inputShape = [8, 8, 2] as const;
export const classes = 4;

/** @param seed the same one gives the same network with the same weights */
export function randomNetwork(seed: number): tf.LayersModel {
  return new Designer(new Random(seed)).network();
}

class Designer {
  #name = 0;

  constructor(readonly random: Random) {}

  network(): tf.LayersModel {
    const input = tf.input({ shape: [...inputShape] });
    const body = this.#images(input, 2 + this.random.below(4), true);
    const flat = this.#flatten(body);
    const head = this.#vectors(flat, this.random.below(3));
    const output = tf.layers
      .dense({ ...this.#weights(), name: this.#next('classes'), units: classes, activation: 'softmax' })
      .apply(head) as Tensor;
    return tf.model({ inputs: input, outputs: output, name: 'random' });
  }

  /** @param nesting whether a model may be used as a layer */
  #images(x: Tensor, count: number, nesting: boolean): Tensor {
    for (let i = 0; i < count; i++) x = this.#imageStep(x, nesting);
    return x;
  }

  #imageStep(x: Tensor, nesting: boolean): Tensor {
    const { random } = this;
    const apply = (layer: tf.layers.Layer): Tensor => layer.apply(x) as Tensor;
    const [, height] = x.shape as number[];
    const padding = height > 3 && random.below(2) === 0 ? ('valid' as const) : ('same' as const);
    const size = 1 + random.below(3);
    const strides = height > 3 ? 1 + random.below(2) : 1;
    switch (random.below(nesting ? 20 : 18)) {
      case 0:
      case 1:
        return apply(this.#conv(size, strides, padding));
      case 2:
        return apply(
          tf.layers.depthwiseConv2d({
            ...this.#weights('depthwise'),
            name: this.#next('depthwise'),
            kernelSize: size,
            strides,
            padding,
            depthMultiplier: 1 + random.below(2),
            activation: this.#activation(),
          }),
        );
      case 3:
        return apply(
          tf.layers.separableConv2d({
            name: this.#next('separable'),
            filters: 2 + random.below(3),
            kernelSize: size,
            padding,
            activation: this.#activation(),
            depthwiseInitializer: this.#initializer(),
            pointwiseInitializer: this.#initializer(),
            biasInitializer: this.#biases(),
          }),
        );
      case 4:
        return apply(this.#norm());
      case 5:
        return apply(
          random.below(2) === 0
            ? tf.layers.maxPooling2d({ name: this.#next('max_pool'), poolSize: 2, strides, padding })
            : tf.layers.averagePooling2d({ name: this.#next('avg_pool'), poolSize: 2, strides, padding }),
        );
      case 6:
        return apply(
          [
            tf.layers.leakyReLU({ name: this.#next('leaky'), alpha: 0.2 }),
            tf.layers.reLU({ name: this.#next('bounded'), maxValue: 0.7 }),
            tf.layers.activation({ name: this.#next('activation'), activation: this.#activation() }),
          ][random.below(3)],
        );
      case 7:
        return apply(
          tf.layers.zeroPadding2d({
            name: this.#next('padding'),
            padding: [
              [1, 0],
              [0, 1],
            ],
          }),
        );
      case 8:
        return this.#branches(
          x,
          (y) => this.#conv(1 + random.below(3), 1, 'same', x.shape[3] ?? 1).apply(y) as Tensor,
        );
      case 9: {
        // One layer, called twice: its weights get gradients from both calls. Penalties are left out: tfjs counts
        // them twice then, Keras and this project once.
        const shared = tf.layers.conv2d({
          name: this.#next('shared'),
          filters: x.shape[3] ?? 1,
          kernelSize: 3,
          padding: 'same',
          activation: this.#activation(),
          kernelInitializer: this.#initializer(),
        });
        return shared.apply(shared.apply(x)) as Tensor;
      }
      case 10:
      case 11:
      case 12:
      case 13:
        return this.#resized(x);
      case 14:
      case 15:
        return apply(this.#weightedRectifierOrNorm());
      case 16:
        return this.#squeezed(x);
      case 17:
        return this.#steps(x);
      case 18: {
        const input = tf.input({ shape: x.shape.slice(1) });
        const inner = tf.model({
          inputs: input,
          outputs: this.#images(input, 2, false),
          name: this.#next('inner'),
        });
        return apply(inner);
      }
      default: {
        const layers = [this.#conv(size, 1, 'same', undefined, x.shape.slice(1) as number[]), this.#norm()];
        return apply(tf.sequential({ layers, name: this.#next('sequence') }));
      }
    }
  }

  /** Layers that change the size of an image, or the place of its pixels. */
  #resized(x: Tensor): Tensor {
    const { random } = this;
    const [, height, width] = x.shape as number[];
    const size = 1 + random.below(3);
    const small = Math.max(height, width) <= 8;
    const layers = [
      () =>
        tf.layers.conv2dTranspose({
          ...this.#weights(),
          name: this.#next('transposed'),
          filters: 2 + random.below(3),
          kernelSize: size,
          strides: small ? 1 + random.below(2) : 1,
          padding: random.below(2) === 0 ? 'valid' : 'same',
          activation: this.#activation(),
        }),
      () =>
        small
          ? tf.layers.upSampling2d({
              name: this.#next('up'),
              size: [2, 1 + random.below(2)],
              interpolation: random.below(2) === 0 ? 'nearest' : 'bilinear',
            })
          : tf.layers.cropping2D({
              name: this.#next('cropping'),
              cropping: [
                [Math.min(1, height - 1), 0],
                [0, Math.min(1, width - 1)],
              ],
            }),
      () => tf.layers.permute({ name: this.#next('permute'), dims: [2, 1, 3] }),
    ];
    return layers[random.below(layers.length)]().apply(x) as Tensor;
  }

  #weightedRectifierOrNorm(): tf.layers.Layer {
    const { random } = this;
    const initial = { minval: 0.1, maxval: 0.9, seed: 1 + random.below(1e6) };
    const between = tf.initializers.randomUniform(initial);
    if (random.below(2) === 0) {
      return tf.layers.prelu({
        name: this.#next('prelu'),
        alphaInitializer: between,
        ...(random.below(2) === 0 && { sharedAxes: [1, 2] }),
      });
    }
    // With scale or center left out, tfjs 4.22 fails in training.
    return tf.layers.layerNormalization({
      name: this.#next('ln'),
      axis: random.below(2) === 0 ? -1 : [1, 3],
      gammaInitializer: between,
      betaInitializer: between,
    });
  }

  /** Squeeze and excitation (Hu et al. 2018): each channel times a number that all places have in common. */
  #squeezed(x: Tensor): Tensor {
    const channels = x.shape[3] ?? 1;
    const squeezed = tf.layers.globalAveragePooling2d({ name: this.#next('squeeze') }).apply(x) as Tensor;
    const dense = { ...this.#weights(), name: this.#next('excite'), units: channels };
    const gate = tf.layers.dense({ ...dense, activation: 'sigmoid' }).apply(squeezed) as Tensor;
    // tfjs aligns [n, c] with images by itself; most people write the shape.
    const aligned =
      this.random.below(2) === 0
        ? gate
        : (tf.layers
            .reshape({ name: this.#next('shape'), targetShape: [1, 1, channels] })
            .apply(gate) as Tensor);
    const merges = [tf.layers.multiply, tf.layers.add, tf.layers.average];
    const merge = merges[this.random.below(merges.length)]({ name: this.#next('gated') });
    return merge.apply(this.random.below(2) === 0 ? [x, aligned] : [aligned, x]) as Tensor;
  }

  /** An image as a sequence of pixels, and back. */
  #steps(x: Tensor): Tensor {
    const { random } = this;
    const [, height, width, channels] = x.shape as number[];
    const apply = (layer: tf.layers.Layer, to: Tensor): Tensor => layer.apply(to) as Tensor;
    const steps = height * width;
    const sequence = apply(
      tf.layers.reshape({ name: this.#next('steps'), targetShape: [steps, channels] }),
      x,
    );
    const stride = steps % 2 === 0 ? 1 + random.below(2) : 1;
    const name = this.#next('along');
    const along = [
      () =>
        tf.layers.conv1d({
          ...this.#weights(),
          name,
          filters: channels,
          kernelSize: 3,
          strides: stride,
          padding: 'same',
          activation: this.#activation(),
        }),
      () => tf.layers.maxPooling1d({ name, poolSize: 2, strides: stride, padding: 'same' }),
      () => tf.layers.averagePooling1d({ name, poolSize: 2, strides: stride, padding: 'same' }),
    ][random.below(3)]();
    const back = { name: this.#next('image'), targetShape: [1, steps / stride, channels] };
    return apply(tf.layers.reshape(back), apply(along, sequence));
  }

  #branches(x: Tensor, branch: (x: Tensor) => Tensor): Tensor {
    const name = this.#next('merge');
    const merges = [
      tf.layers.add,
      tf.layers.multiply,
      tf.layers.average,
      tf.layers.maximum,
      tf.layers.concatenate,
    ];
    const merge = merges[this.random.below(merges.length)]({ name });
    return merge.apply([x, branch(x), branch(x)]) as Tensor;
  }

  #flatten(x: Tensor): Tensor {
    const name = this.#next('flat');
    const size = x.shape.slice(1).reduce<number>((product, dim) => product * (dim ?? 1), 1);
    // Not the global maximum: where several values are the largest, as bytes often are, tfjs gives each of them the
    // whole gradient, TensorFlow (and finite differences) a share.
    switch (this.random.below(4)) {
      case 0:
        return tf.layers.globalAveragePooling2d({ name }).apply(x) as Tensor;
      case 1:
        return tf.layers.reshape({ name, targetShape: [size] }).apply(x) as Tensor;
      case 2:
        return this.#attended(x);
      default:
        return tf.layers.flatten({ name }).apply(x) as Tensor;
    }
  }

  /** Pixels weighed by how well they match a vector of the whole image. */
  #attended(x: Tensor): Tensor {
    const [, height, width, channels] = x.shape as number[];
    const apply = (layer: tf.layers.Layer, to: Tensor | Tensor[]): Tensor => layer.apply(to) as Tensor;
    const steps = { name: this.#next('pixels'), targetShape: [height * width, channels] };
    const pixels = apply(tf.layers.reshape(steps), x);
    const mean = apply(tf.layers.globalAveragePooling1d({ name: this.#next('mean') }), pixels);
    const query = apply(
      tf.layers.dense({ ...this.#weights(), name: this.#next('query'), units: channels }),
      mean,
    );
    const normalize = this.random.below(2) === 0;
    const match = tf.layers.dot({ name: this.#next('match'), axes: [2, 1], normalize });
    const scores = apply(
      tf.layers.softmax({ name: this.#next('scores'), axis: -1 }),
      apply(match, [pixels, query]),
    );
    const found = apply(tf.layers.dot({ name: this.#next('found'), axes: [1, 1], normalize: false }), [
      scores,
      pixels,
    ]);
    const twice = apply(tf.layers.repeatVector({ name: this.#next('twice'), n: 2 }), found);
    return apply(tf.layers.flatten({ name: this.#next('flat') }), twice);
  }

  #vectors(x: Tensor, count: number): Tensor {
    for (let i = 0; i < count; i++) {
      const layer =
        this.random.below(3) === 0
          ? this.#norm()
          : tf.layers.dense({
              ...this.#weights(),
              name: this.#next('dense'),
              units: 3 + this.random.below(4),
              activation: this.#activation(),
              useBias: this.random.below(2) === 0,
            });
      x = layer.apply(x) as Tensor;
    }
    return x;
  }

  #conv(
    size: number,
    strides: number,
    padding: 'same' | 'valid',
    filters = 2 + this.random.below(3),
    inputShape?: number[],
  ): tf.layers.Layer {
    return tf.layers.conv2d({
      ...this.#weights(),
      name: this.#next('conv'),
      filters,
      kernelSize: size,
      strides,
      padding,
      useBias: this.random.below(2) === 0,
      activation: this.#activation(),
      ...(inputShape && { inputShape }),
    });
  }

  #norm(): tf.layers.Layer {
    // With scale or center left out, tfjs 4.22 fails in training.
    return tf.layers.batchNormalization({ name: this.#next('bn'), momentum: 0.9 });
  }

  #weights(kind: 'kernel' | 'depthwise' = 'kernel'): object {
    const regularizers = [
      tf.regularizers.l1({ l1: 0.02 }),
      tf.regularizers.l2({ l2: 0.03 }),
      tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
    ];
    const penalised = kind === 'kernel' && this.random.below(4) === 0;
    return {
      [`${kind}Initializer`]: this.#initializer(),
      biasInitializer: this.#biases(),
      ...(penalised && { kernelRegularizer: regularizers[this.random.below(3)] }),
    };
  }

  /** Not zero: PReLU's gradient at 0 is another one in tfjs than here and in Keras. */
  #biases(): ReturnType<typeof tf.initializers.randomUniform> {
    return tf.initializers.randomUniform({ minval: -0.3, maxval: 0.3, seed: 1 + this.random.below(1e6) });
  }

  #initializer(): ReturnType<typeof tf.initializers.glorotUniform> {
    return tf.initializers.glorotUniform({ seed: 1 + this.random.below(1e6) });
  }

  #activation(): (typeof activations)[number] {
    return activations[this.random.below(activations.length)];
  }

  #next(kind: string): string {
    return `${kind}_${++this.#name}`;
  }
}
