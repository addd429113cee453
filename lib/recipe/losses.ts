/** Losses as plain data. Each is a mean over the images, to which the model's regularisation terms are added. */
import { customRanges, type CustomPart } from './custom';
import { belowOne, checkKind, flag, type RangesByKind } from './ranges';

export interface CrossEntropy {
  readonly kind: 'crossEntropy';
  /** Whether the model's outputs are logits; otherwise they are probabilities. */
  readonly fromLogits: boolean;
  /**
   * The share of the target that is spread evenly over all classes (Szegedy et al. 2015,
   * https://arxiv.org/abs/1512.00567).
   */
  readonly labelSmoothing: number;
}

/** Mean over classes of the squared difference from the one-hot target. */
export interface MeanSquaredError {
  readonly kind: 'meanSquaredError';
}

/** A user's own loss, made by `customLoss`. */
export interface CustomLoss extends CustomPart {
  /** Whether the model's outputs are logits; otherwise they are probabilities. */
  readonly fromLogits: boolean;
}

export type BuiltInLoss = CrossEntropy | MeanSquaredError;

export type Loss = BuiltInLoss | CustomLoss;

const ranges: RangesByKind<Loss> = {
  crossEntropy: { fromLogits: flag, labelSmoothing: belowOne },
  meanSquaredError: {},
  custom: { ...customRanges, fromLogits: flag },
};

/** @throws UserError that names the first setting out of its range */
export function checkLoss<T extends Loss>(loss: T): T {
  checkKind<Loss>('loss', loss, ranges);
  return loss;
}

/** Whether a network trained by it ends in logits. */
export function takesLogits(loss: Loss): boolean {
  return loss.kind !== 'meanSquaredError' && loss.fromLogits;
}

/** Cross-entropy with the true class. Defaults to probabilities as outputs, and no label smoothing. */
export function crossEntropy(options: Partial<Omit<CrossEntropy, 'kind'>> = {}): CrossEntropy {
  return checkLoss({ fromLogits: false, labelSmoothing: 0, ...options, kind: 'crossEntropy' });
}

export function meanSquaredError(): MeanSquaredError {
  return { kind: 'meanSquaredError' };
}
