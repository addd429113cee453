/** Values of settings, from tfjs to Keras and back: activations, initialisers, penalties, constraints. */

export type Direction = 'to Keras' | 'from Keras';

/** The end of a sentence that begins with the layer. */
export class Unknown extends Error {}

/** tfjs's name and Keras's; hard sigmoids, gelus of tanh and the like differ between the two, or one lacks them. */
const activations: readonly (readonly [string, string])[] = [
  ...['linear', 'relu', 'relu6', 'elu', 'selu', 'sigmoid', 'tanh', 'softplus', 'softsign', 'gelu', 'mish'],
  'softmax',
].map((name) => [name, name] as const);
const renamedActivations: readonly (readonly [string, string])[] = [
  ['swish', 'silu'],
  ['swish', 'swish'],
];

const initialisers: Readonly<Record<string, readonly string[]>> = {
  Zeros: [],
  Ones: [],
  Constant: ['value'],
  RandomUniform: ['minval', 'maxval', 'seed'],
  RandomNormal: ['mean', 'stddev', 'seed'],
  TruncatedNormal: ['mean', 'stddev', 'seed'],
  VarianceScaling: ['scale', 'mode', 'distribution', 'seed'],
  GlorotUniform: ['seed'],
  GlorotNormal: ['seed'],
  HeUniform: ['seed'],
  HeNormal: ['seed'],
  Orthogonal: ['gain', 'seed'],
};

const constraints: Readonly<Record<string, readonly string[]>> = {
  MaxNorm: ['max_value', 'axis'],
  MinMaxNorm: ['min_value', 'max_value', 'rate', 'axis'],
  NonNeg: [],
  UnitNorm: ['axis'],
};

/** An object of a class, as files have it. */
interface Serialised {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

function isSerialised(value: unknown): value is Serialised {
  return typeof value === 'object' && value !== null && 'class_name' in value && 'config' in value;
}

/**
 * @param name of the setting
 * @returns undefined for what the other side does better without: its own default
 * @throws Unknown if the other side has no such value
 */
export function converted(name: string, value: unknown, direction: Direction): unknown {
  if (name === 'activation') return activation(value, direction);
  if (name === 'seed') return typeof value === 'number' ? value : undefined;
  // JSON has no -1 for tfjs: it writes null for an open size.
  if (name === 'target_shape' && Array.isArray(value))
    return value.map((size: unknown) => (size === null ? -1 : size));
  if (value === null || value === undefined) return value;
  if (name.endsWith('_initializer')) return initialiser(value, direction);
  if (name.endsWith('_regularizer')) return penalty(name, value, direction);
  if (name.endsWith('_constraint')) return constraint(name, value, direction);
  return value;
}

function activation(value: unknown, direction: Direction): unknown {
  const all = [...activations, ...renamedActivations];
  const [from, to] = direction === 'to Keras' ? [0, 1] : [1, 0];
  // tfjs writes none of a layer that has none.
  const found = all.find((names) => names[from] === (value ?? 'linear'));
  if (found) return found[to];
  const known = [...new Set(all.map((names) => names[from]))].join(', ');
  throw new Unknown(`has the activation ${JSON.stringify(value)}; known are: ${known}`);
}

/** How a weight began says nothing about its value, so what is unknown gives way to the default. */
function initialiser(value: unknown, direction: Direction): unknown {
  if (!isSerialised(value) || !Object.hasOwn(initialisers, value.class_name)) return undefined;
  const config = picked(value.config, initialisers[value.class_name]);
  if (typeof config['seed'] !== 'number') delete config['seed'];
  // Both cut normal distributions off at two deviations; only Keras says so.
  const { distribution } = config;
  if (direction === 'to Keras' && distribution === 'normal') config['distribution'] = 'truncated_normal';
  if (direction === 'from Keras' && String(distribution).endsWith('normal'))
    config['distribution'] = 'normal';
  return serialised('keras.initializers', value.class_name, config, direction);
}

function penalty(name: string, value: unknown, direction: Direction): unknown {
  const classes = ['L1', 'L2', 'L1L2'];
  if (!isSerialised(value) || !classes.includes(value.class_name)) {
    throw new Unknown(`has the ${name} ${shown(value)}; known are: ${classes.join(', ')}`);
  }
  const { l1 = 0, l2 = 0 } = value.config;
  return serialised('keras.regularizers', 'L1L2', { l1, l2 }, direction);
}

function constraint(name: string, value: unknown, direction: Direction): unknown {
  if (!isSerialised(value) || !Object.hasOwn(constraints, value.class_name)) {
    const known = Object.keys(constraints).join(', ');
    throw new Unknown(`has the ${name} ${shown(value)}; known are: ${known}`);
  }
  const config = picked(value.config, constraints[value.class_name]);
  return serialised('keras.constraints', value.class_name, config, direction);
}

function serialised(module: string, className: string, config: object, direction: Direction): object {
  const both = { class_name: className, config };
  return direction === 'to Keras' ? { module, ...both, registered_name: null } : both;
}

function picked(config: Serialised['config'], keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => key in config).map((key) => [key, config[key]]));
}

function shown(value: unknown): string {
  return isSerialised(value) ? value.class_name : JSON.stringify(value);
}
