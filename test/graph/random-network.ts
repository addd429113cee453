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
    switch (random.below(nesting ? 12 : 10)) {
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
          random.below(2) === 0
            ? tf.layers.leakyReLU({ name: this.#next('leaky'), alpha: 0.2 })
            : tf.layers.activation({ name: this.#next('activation'), activation: this.#activation() }),
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
      case 10: {
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
    switch (this.random.below(3)) {
      case 0:
        return tf.layers.globalAveragePooling2d({ name }).apply(x) as Tensor;
      case 1:
        return tf.layers.reshape({ name, targetShape: [size] }).apply(x) as Tensor;
      default:
        return tf.layers.flatten({ name }).apply(x) as Tensor;
    }
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
      biasInitializer: tf.initializers.randomUniform({
        minval: -0.3,
        maxval: 0.3,
        seed: 1 + this.random.below(1e6),
      }),
      ...(penalised && { kernelRegularizer: regularizers[this.random.below(3)] }),
    };
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
