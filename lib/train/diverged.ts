import { UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';

/** The loss is no longer a finite number. */
export class DivergedError extends UserError {
  override readonly name = 'DivergedError';
}

export interface Divergence {
  readonly epoch: number;
  readonly step: number;
  /** A sentence: where it was found. */
  readonly reason: string;
  /** Of that step. */
  readonly learningRate: number;
  /** The run's folder, and after how many steps its last checkpoint was written. */
  readonly kept?: { readonly folder: string; readonly steps: number };
}

export function divergedError({ epoch, step, reason, learningRate, kept }: Divergence): DivergedError {
  const checkpoints = kept
    ? ` The checkpoints in ${shownPath(kept.folder)} are from before it, after ${kept.steps} steps.`
    : '';
  return new DivergedError(
    `The loss is no longer a finite number, in epoch ${epoch} at step ${step}. ${reason} With a learning rate ` +
      `of ${learningRate} the steps may be too large: build the network anew and try a tenth of it.${checkpoints}`,
  );
}
