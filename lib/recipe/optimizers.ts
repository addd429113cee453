/**
 * Optimizers as plain data, so that each engine can build its own and a history can record what was used. The
 * formulas and defaults are those of Keras 3 (https://keras.io/api/optimizers/), unless said otherwise.
 */
import { customRanges, type CustomPart } from './custom';
import {
  belowOne,
  checkedApart,
  checkKind,
  checkRanges,
  count,
  flag,
  notNegative,
  optional,
  orNull,
  positive,
  texts,
  type Range,
  type Ranges,
  type RangesByKind,
} from './ranges';
import { checkUpdateSettings, updateRanges, type UpdateSettings } from './update-settings';

/** Gradient descent, optionally with momentum (Polyak 1964) or Nesterov's variant of it (Sutskever et al. 2013). */
export interface Sgd extends UpdateSettings {
  readonly kind: 'sgd';
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html */
export interface Adagrad extends UpdateSettings {
  readonly kind: 'adagrad';
  readonly initialAccumulator: number;
  readonly epsilon: number;
}

/** Zeiler 2012, https://arxiv.org/abs/1212.5701 */
export interface Adadelta extends UpdateSettings {
  readonly kind: 'adadelta';
  readonly rho: number;
  readonly epsilon: number;
}

/** Hinton's lecture 6e, 2012. */
export interface RmsProp extends UpdateSettings {
  readonly kind: 'rmsprop';
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** Kingma & Ba 2014, https://arxiv.org/abs/1412.6980; with weight decay it is AdamW. */
export interface Adam extends UpdateSettings {
  readonly kind: 'adam';
  /** Decay of the mean of past gradients, the first moment. */
  readonly beta1: number;
  /** Decay of the mean of their squares, the second moment. */
  readonly beta2: number;
  /** Added to the square root of the second moment, which divides the step. */
  readonly epsilon: number;
  /**
   * Divides by the largest second moment so far, so that steps never grow again (Reddi et al. 2018,
   * https://openreview.net/forum?id=ryQu7f-RZ). Defaults to false.
   */
  readonly amsgrad?: boolean;
}

/**
 * Chen et al. 2023, https://arxiv.org/abs/2302.06675: every weight moves by the learning rate itself, in the direction that
 * the mean of past gradients gives. Rates are usually 3 to 10 times smaller than Adam's, and decays as much larger.
 */
export interface Lion extends UpdateSettings {
  readonly kind: 'lion';
  /** Share of the mean in the direction of a step; the gradient has the rest. */
  readonly beta1: number;
  /** Decay of the mean of past gradients. */
  readonly beta2: number;
}

/** A user's own optimizer, made by `customOptimizer`. */
export interface CustomOptimizer extends UpdateSettings, CustomPart {
  /** The initial values of what it remembers of each weight. */
  readonly slots: Readonly<Record<string, number>>;
}

/**
 * Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/: the momentum of each kernel, as a matrix, is brought close
 * to the nearest orthogonal one by a Newton–Schulz iteration, which makes all its directions equally long. Everything that
 * is no such kernel is updated by Adam. The scale of steps is that of Liu et al. 2025 (https://arxiv.org/abs/2502.16982),
 * as in Keras, so that rates and decays suit both.
 */
export interface Muon extends UpdateSettings {
  readonly kind: 'muon';
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Iterations of Newton–Schulz. */
  readonly iterations: number;
  /** Steps are multiplied by this and by the square root of the matrix's longer side; null leaves them as they are. */
  readonly scale: number | null;
  /**
   * Whether kernels of convolutions are matrices too, [rows · columns · channels, filters], as in the original; in Keras
   * they are not.
   */
  readonly convolutions: boolean;
  /**
   * Whether each kernel is brought to the norm √filters, so a mean of 1 for each filter, before every update, as in
   * Jordan's training of CIFAR-10 (https://github.com/KellerJordan/cifar10-airbench). The learning rate is then the share
   * by which a kernel turns. For networks that don't depend on the length of their filters, as batch normalisation sees
   * to. Defaults to false.
   */
  readonly unitFilters?: boolean;
  /**
   * Layers whose kernels are left to Adam: names, in which `*` stands for any characters. Null for the last layer that has
   * a kernel, which gives the classes; in Keras, layers are excluded by name alone.
   */
  readonly exclude: readonly string[] | null;
  /** Adam's learning rate, as a factor of Muon's. */
  readonly adamRate: number;
  /** Updates what Muon leaves, in place of Adam, whose settings then play no part. */
  readonly descent?: MuonDescent;
  /** Adam's. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Gradient descent beside Muon. The schedule multiplies its rate as it does Muon's. */
export interface MuonDescent extends Pick<Sgd, 'learningRate' | 'momentum' | 'nesterov'> {
  /** In place of Muon's. */
  readonly weightDecay: number;
}

export type BuiltInOptimizer = Sgd | Adagrad | Adadelta | RmsProp | Adam | Lion | Muon;

export type Optimizer = BuiltInOptimizer | CustomOptimizer;

const slotValues: Range = {
  allowed: 'an object of finite numbers, under names made of letters, digits and _',
  holds: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, initial]) => /^\w+$/.test(name) && Number.isFinite(initial)),
};

const descentRanges: Ranges<MuonDescent> = {
  learningRate: positive,
  momentum: belowOne,
  nesterov: flag,
  weightDecay: notNegative,
};

const ranges: RangesByKind<Optimizer> = {
  sgd: { ...updateRanges, momentum: belowOne, nesterov: flag },
  adagrad: { ...updateRanges, initialAccumulator: notNegative, epsilon: positive },
  adadelta: { ...updateRanges, rho: belowOne, epsilon: positive },
  rmsprop: { ...updateRanges, rho: belowOne, momentum: belowOne, epsilon: positive },
  adam: {
    ...updateRanges,
    beta1: belowOne,
    beta2: belowOne,
    epsilon: positive,
    amsgrad: optional(flag),
  },
  lion: { ...updateRanges, beta1: belowOne, beta2: belowOne },
  muon: {
    ...updateRanges,
    momentum: belowOne,
    nesterov: flag,
    iterations: count,
    scale: orNull(positive),
    convolutions: flag,
    unitFilters: optional(flag),
    exclude: orNull(texts),
    adamRate: positive,
    descent: checkedApart,
    beta1: belowOne,
    beta2: belowOne,
    epsilon: positive,
  },
  custom: { ...updateRanges, ...customRanges, slots: slotValues },
};

/** @throws UserError that names the first setting out of its range */
export function checkOptimizer<T extends Optimizer>(optimizer: T): T {
  checkKind<Optimizer>('optimizer', optimizer, ranges);
  checkUpdateSettings('optimizer', optimizer);
  if (optimizer.kind === 'muon' && optimizer.descent) {
    checkRanges('optimizer.descent', optimizer.descent, descentRanges);
  }
  return optimizer;
}

type Options<T> = Partial<Omit<T, 'kind'>>;

const common = { weightDecay: 0, decayed: 'all', clipNorm: null } as const;

/** Learning rate 0.01, no momentum. */
export function sgd(options: Options<Sgd> = {}): Sgd {
  const defaults = { ...common, learningRate: 0.01, momentum: 0, nesterov: false };
  return checkOptimizer({ ...defaults, ...options, kind: 'sgd' });
}

/** Learning rate 1e-3, initial accumulator 0.1, epsilon 1e-7. */
export function adagrad(options: Options<Adagrad> = {}): Adagrad {
  const defaults = { ...common, learningRate: 1e-3, initialAccumulator: 0.1, epsilon: 1e-7 };
  return checkOptimizer({ ...defaults, ...options, kind: 'adagrad' });
}

/** Learning rate 1e-3, rho 0.95, epsilon 1e-7. */
export function adadelta(options: Options<Adadelta> = {}): Adadelta {
  const defaults = { ...common, learningRate: 1e-3, rho: 0.95, epsilon: 1e-7 };
  return checkOptimizer({ ...defaults, ...options, kind: 'adadelta' });
}

/** Learning rate 1e-3, rho 0.9, no momentum, epsilon 1e-7. */
export function rmsprop(options: Options<RmsProp> = {}): RmsProp {
  const defaults = { ...common, learningRate: 1e-3, rho: 0.9, momentum: 0, epsilon: 1e-7 };
  return checkOptimizer({ ...defaults, ...options, kind: 'rmsprop' });
}

/**
 * Learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-7. The epsilon is always passed on, so that a backend's own
 * default cannot change a result.
 */
export function adam(options: Options<Adam> = {}): Adam {
  const defaults = { ...common, learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return checkOptimizer({ ...defaults, ...options, kind: 'adam' });
}

/** Adam with weight decay, by default Keras's 0.004. */
export function adamW(options: Options<Adam> = {}): Adam {
  return adam({ weightDecay: 0.004, ...options });
}

/** Learning rate 1e-3, betas 0.9 and 0.99. */
export function lion(options: Options<Lion> = {}): Lion {
  const defaults = { ...common, learningRate: 1e-3, beta1: 0.9, beta2: 0.99 };
  return checkOptimizer({ ...defaults, ...options, kind: 'lion' });
}

/**
 * Learning rate 1e-3, weight decay 0.004, Nesterov momentum 0.95, five iterations, scale 0.2, kernels of convolutions
 * included and the last layer excluded; Adam beside it with the same rate and its usual settings.
 */
export function muon(options: Options<Muon> = {}): Muon {
  const defaults = {
    ...common,
    learningRate: 1e-3,
    weightDecay: 0.004,
    momentum: 0.95,
    nesterov: true,
    iterations: 5,
    scale: 0.2,
    convolutions: true,
    exclude: null,
    adamRate: 1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
  };
  return checkOptimizer({ ...defaults, ...options, kind: 'muon' });
}

/** What an optimizer of one's own has in common with the others. Learning rate 1e-3. */
export type CommonOptions = Partial<UpdateSettings>;

/** @throws UserError that names the first setting out of its range */
export function completeOptimizer(
  part: Omit<CustomOptimizer, keyof UpdateSettings>,
  options: CommonOptions = {},
): CustomOptimizer {
  return checkOptimizer({ ...common, learningRate: 1e-3, ...options, ...part });
}
