/** Losses as plain data. Each is a mean over the images, to which the model's regularisation terms are added. */

export interface CrossEntropy {
  readonly kind: 'crossEntropy';
  /** Whether the model ends in logits; it ends in probabilities otherwise. */
  readonly fromLogits: boolean;
  /**
   * The share of a target that is spread evenly over all classes (Szegedy et al. 2015,
   * https://arxiv.org/abs/1512.00567).
   */
  readonly labelSmoothing: number;
}

/** Mean over classes of the squared difference from the one-hot target. */
export interface MeanSquaredError {
  readonly kind: 'meanSquaredError';
}

export type Loss = CrossEntropy | MeanSquaredError;

/** Cross-entropy with the true class: from probabilities, without label smoothing, unless told. */
export function crossEntropy(options: Partial<Omit<CrossEntropy, 'kind'>> = {}): CrossEntropy {
  return { fromLogits: false, labelSmoothing: 0, ...options, kind: 'crossEntropy' };
}

export function meanSquaredError(): MeanSquaredError {
  return { kind: 'meanSquaredError' };
}
