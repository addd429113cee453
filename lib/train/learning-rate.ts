import { rateFactor, type Recipe } from '../recipe';
import type { TrainingState } from '../runs/state';
import { validationLosses } from './early-stopping';

/** The learning rate of a step: what the schedule says, and what callbacks made of it. */
export function learningRateOf(
  { optimizer, schedule, epochs }: Recipe,
  { rows, rateChange }: TrainingState,
  { step, stepsPerEpoch }: { readonly step: number; readonly stepsPerEpoch: number },
): number {
  if (rateChange && 'rate' in rateChange) return rateChange.rate;
  const position = { step, stepsPerEpoch, epochs, validationLosses: validationLosses(rows) };
  return optimizer.learningRate * rateFactor(schedule, position) * (rateChange?.factor ?? 1);
}
