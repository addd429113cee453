/** More epochs for a run that there is already. */
import { counted } from '../data/text';
import { rateFactor, sideInEpoch, type Recipe } from '../recipe';
import { stopsEarly } from './early-stopping';
import type { Extension, History } from './history';

/** @returns why the run cannot be continued for `epochs` epochs, as a sentence; null if it can */
export function obstacleTo(
  epochs: number,
  { epochs: planned, optimizer, earlyStopping }: Recipe,
  history?: History,
): string | null {
  const trained = history?.epochs.length ?? 0;
  if (epochs < planned) {
    return `It is a run of ${planned} epochs, ${trained} of them trained, and can be given more, but not ${epochs}.`;
  }
  if (!Number.isInteger(planned)) {
    return `It is a run of ${planned} epochs, whose last one was cut short, and cannot be given more.`;
  }
  if (typeof optimizer.lookahead?.share === 'object') {
    return `Its Lookahead's share has fallen over ${counted(planned, 'epoch')}, and it cannot be given more.`;
  }
  // Its patience may have run out just in the last epoch.
  const early = history && (history.stoppedEarly || stopsEarly(earlyStopping, history.epochs));
  const by = early ? 'early stopping' : history?.stopReason != null ? 'a callback' : null;
  return (
    by && `It was ended by ${by} after ${trained} of ${planned} epochs, which more epochs do not change.`
  );
}

/**
 * Whether the first `recipe.epochs` epochs of a run of `epochs` epochs are what this run has trained: the rates and the
 * sizes of the images are the same, and the last epoch, which is always validated, would have been validated anyway.
 */
export function extensionTo(epochs: number, recipe: Recipe): Extension {
  const { schedule, resizing, validationFrequency, epochs: from } = recipe;
  // How many steps an epoch has does not matter for whether the length does.
  const stepsPerEpoch = 20;
  const factor = (step: number, length: number): number =>
    rateFactor(schedule, { step, stepsPerEpoch, epochs: length, validationLosses: [] });
  const steps = Array.from({ length: from * stepsPerEpoch }, (_, step) => step);
  const sameRates = steps.every((step) => factor(step, from) === factor(step, epochs));
  const sameSides = Array.from({ length: from }, (_, i) => i + 1).every(
    (epoch) => sideInEpoch(recipe, epoch) === sideInEpoch({ resizing, epochs }, epoch),
  );
  return { from, asPlanned: sameRates && sameSides && from % validationFrequency === 0 };
}
