/**
 * Optimizers as plain data, so that each engine can build its own and a history can record what was used.
 */

/** Adam (Kingma & Ba 2014, https://arxiv.org/abs/1412.6980). */
export interface Adam {
  readonly kind: 'adam';
  readonly learningRate: number;
  /** Decay of the mean of past gradients, the first moment. */
  readonly beta1: number;
  /** Decay of the mean of their squares, the second moment. */
  readonly beta2: number;
  /** Added to the root of the second moment before it divides. */
  readonly epsilon: number;
}

export type Optimizer = Adam;

/**
 * Adam with Keras's defaults, which are tfjs's too: 1e-3, 0.9, 0.999, and 1e-7, the epsilon of tfjs's 32-bit
 * backends. It is passed on explicitly, so no backend's idea of epsilon changes a result.
 */
export function adam(options: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  return { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...options, kind: 'adam' };
}
