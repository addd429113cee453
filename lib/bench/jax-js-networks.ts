/** Baseline and LeNet-5 in jax-js: channels first, as its convolutions are. */
import { Random } from '../data/random';
import { UserError } from '../runtime/errors';
import type { Arr, JaxJs } from './jax-js-types';

/** Arrays by name. A type, not an interface: jax-js takes trees of arrays. */
export type Weights = { [name: string]: Arr };

export interface JaxJsNetwork {
  readonly weights: Weights;
  /** Moving means and variances. */
  readonly statistics: Weights;
  /** How many layers drop out: each needs a key of its own in each step. */
  readonly dropouts: number;
  /** From images [batch, 3, 32, 32] to logits [batch, 10], and the statistics after this batch. */
  readonly forward: (
    weights: Weights,
    statistics: Weights,
    images: Arr,
    keys: readonly Arr[],
  ) => { readonly logits: Arr; readonly statistics: Weights };
}

/** Applies layers to arrays. The first time it makes their weights, of which it takes the shapes from its input. */
class Layers {
  readonly moved: Weights = {};
  #layer = 0;

  constructor(
    private readonly jax: JaxJs,
    private readonly weights: Weights,
    private readonly statistics: Weights,
    private readonly keys: () => Arr,
    private readonly create: Random | undefined,
  ) {}

  conv(x: Arr, filters: number, size: number, padding: 'SAME' | 'VALID'): Arr {
    const name = this.#next('conv');
    const inputs = x.shape[1];
    const kernel = this.#kernel(name, [filters, inputs, size, size], size * size * (inputs + filters));
    const bias = this.#constant(this.weights, `${name}/bias`, [filters], 0);
    return this.jax.lax.conv(x, kernel, [1, 1], padding).add(bias.reshape([1, filters, 1, 1]));
  }

  dense(x: Arr, units: number): Arr {
    const name = this.#next('dense');
    const inputs = x.shape[1];
    const kernel = this.#kernel(name, [inputs, units], inputs + units);
    return this.jax.numpy.matmul(x, kernel).add(this.#constant(this.weights, `${name}/bias`, [units], 0));
  }

  /** Batch normalisation with the batch's statistics, and Keras's epsilon and momentum. */
  norm(x: Arr): Arr {
    const { numpy: np, lax } = this.jax;
    const name = this.#next('norm');
    const channels = x.shape[1];
    const across = [1, channels, 1, 1];
    const gamma = this.#constant(this.weights, `${name}/gamma`, [channels], 1).reshape(across);
    const beta = this.#constant(this.weights, `${name}/beta`, [channels], 0).reshape(across);
    const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
    const centred = x.sub(mean.ref);
    const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
    const move = (kind: string, start: 0 | 1, value: Arr): void => {
      const old = this.#constant(this.statistics, `${name}/${kind}`, [channels], start);
      this.moved[`${name}/${kind}`] = old
        .mul(0.99)
        .add(lax.stopGradient(value).reshape([channels]).mul(0.01));
    };
    move('mean', 0, mean);
    move('variance', 1, variance.ref);
    return centred.mul(gamma.div(np.sqrt(variance.add(1e-3)))).add(beta);
  }

  /** 2×2 windows side by side. */
  maxPool(x: Arr): Arr {
    const [batch, channels, height, width] = x.shape;
    return this.jax.numpy.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
  }

  dropout(x: Arr, rate: number): Arr {
    const kept = this.jax.random.bernoulli(this.keys(), 1 - rate, x.shape).astype('float32');
    return x.mul(kept).div(1 - rate);
  }

  flatten(x: Arr): Arr {
    return x.reshape([x.shape[0], x.shape.slice(1).reduce((product, size) => product * size, 1)]);
  }

  relu(x: Arr): Arr {
    return this.jax.nn.relu(x);
  }

  sigmoid(x: Arr): Arr {
    return this.jax.nn.sigmoid(x);
  }

  #next(kind: string): string {
    this.#layer++;
    return `${this.#layer}-${kind}`;
  }

  /** Glorot's uniform distribution, as in Keras; `fans` is the number of inputs and outputs of a unit together. */
  #kernel(layer: string, shape: readonly number[], fans: number): Arr {
    const name = `${layer}/kernel`;
    const { create: random } = this;
    if (random) {
      const limit = Math.sqrt(6 / fans);
      const length = shape.reduce((product, size) => product * size, 1);
      const values = Float32Array.from({ length }, () => random.between(-limit, limit));
      this.weights[name] = this.jax.numpy.array(values, { shape });
      return this.weights[name].ref;
    }
    return this.weights[name];
  }

  #constant(group: Weights, name: string, shape: readonly number[], value: 0 | 1): Arr {
    if (!this.create) return group[name];
    const { numpy: np } = this.jax;
    group[name] = value === 0 ? np.zeros(shape) : np.ones(shape);
    return group[name].ref;
  }
}

const networks: Readonly<Record<string, (layers: Layers, images: Arr) => Arr>> = {
  baseline(layers, images) {
    let x = layers.relu(layers.norm(layers.conv(images, 6, 5, 'SAME')));
    x = layers.flatten(layers.dropout(layers.maxPool(x), 0.2));
    x = layers.dropout(layers.relu(layers.dense(x, 128)), 0.2);
    return layers.dense(x, 10);
  },

  lenet5(layers, images) {
    let x = images;
    for (const filters of [6, 16]) x = layers.maxPool(layers.sigmoid(layers.conv(x, filters, 5, 'VALID')));
    x = layers.flatten(x);
    for (const units of [120, 84]) x = layers.sigmoid(layers.dense(x, units));
    return layers.dense(x, 10);
  },
};

export const networkNames = Object.keys(networks);

/** @throws UserError for a network that is not here */
export function buildNetwork(jax: JaxJs, name: string, batch: number): JaxJsNetwork {
  if (!Object.hasOwn(networks, name))
    throw new UserError(`${name} is not written in jax-js; it has ${networkNames.join(', ')}.`);
  const network = networks[name];

  const weights: Weights = {};
  const statistics: Weights = {};
  let drawn = 0;
  const newKey = (): Arr => jax.random.key(drawn++);
  const first = new Layers(jax, weights, statistics, newKey, new Random(1));
  network(first, jax.numpy.zeros([batch, 3, 32, 32])).dispose();
  jax.tree.dispose(first.moved);
  const dropouts = drawn;

  return {
    weights,
    statistics,
    dropouts,
    forward(trained, moving, images, keys) {
      const unused = keys.values();
      const layers = new Layers(jax, trained, moving, () => unused.next().value as Arr, undefined);
      return { logits: network(layers, images), statistics: layers.moved };
    },
  };
}
