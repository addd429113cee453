/**
 * Optimizers as plain data, so that each engine can build its own and a history can record what was used. The
 * formulas and defaults are those of Keras 3 (https://keras.io/api/optimizers/), unless said otherwise.
 */
import {
  belowOne,
  checkKind,
  flag,
  notNegative,
  oneOf,
  orNull,
  positive,
  type Ranges,
  type RangesByKind,
} from './ranges';

/** The settings that all optimizers share. */
interface Common {
  /** The schedule multiplies it by a factor that changes over the run. */
  readonly learningRate: number;
  /**
   * Decoupled weight decay (Loshchilov & Hutter 2017, https://arxiv.org/abs/1711.05101): each step also shrinks a
   * weight by the share `learningRate · weightDecay`. 0 for none.
   */
  readonly weightDecay: number;
  /**
   * Which weights decay: `all` trainable ones, as in Keras, or only the `kernels`, as is common practice, without
   * biases and the parameters of batch normalisation.
   */
  readonly decayed: 'all' | 'kernels';
  /** Gradients are scaled down together so that their global norm is at most this; null for no clipping. */
  readonly clipNorm: number | null;
}

/** Gradient descent, optionally with momentum (Polyak 1964) or Nesterov's variant of it (Sutskever et al. 2013). */
export interface Sgd extends Common {
  readonly kind: 'sgd';
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html */
export interface Adagrad extends Common {
  readonly kind: 'adagrad';
  readonly initialAccumulator: number;
  readonly epsilon: number;
}

/** Zeiler 2012, https://arxiv.org/abs/1212.5701 */
export interface Adadelta extends Common {
  readonly kind: 'adadelta';
  readonly rho: number;
  readonly epsilon: number;
}

/** Hinton's lecture 6e, 2012. */
export interface RmsProp extends Common {
  readonly kind: 'rmsprop';
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** Kingma & Ba 2014, https://arxiv.org/abs/1412.6980; with weight decay it is AdamW. */
export interface Adam extends Common {
  readonly kind: 'adam';
  /** Decay of the mean of past gradients, the first moment. */
  readonly beta1: number;
  /** Decay of the mean of their squares, the second moment. */
  readonly beta2: number;
  /** Added to the square root of the second moment, which divides the step. */
  readonly epsilon: number;
}

export type Optimizer = Sgd | Adagrad | Adadelta | RmsProp | Adam;

const commonRanges: Ranges<Common> = {
  learningRate: notNegative,
  weightDecay: notNegative,
  decayed: oneOf('all', 'kernels'),
  clipNorm: orNull(positive),
};

const ranges: RangesByKind<Optimizer> = {
  sgd: { ...commonRanges, momentum: belowOne, nesterov: flag },
  adagrad: { ...commonRanges, initialAccumulator: notNegative, epsilon: positive },
  adadelta: { ...commonRanges, rho: belowOne, epsilon: positive },
  rmsprop: { ...commonRanges, rho: belowOne, momentum: belowOne, epsilon: positive },
  adam: { ...commonRanges, beta1: belowOne, beta2: belowOne, epsilon: positive },
};

/** @throws UserError that names the first setting out of its range */
export function checkOptimizer<T extends Optimizer>(optimizer: T): T {
  checkKind<Optimizer>('optimizer', optimizer, ranges);
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
