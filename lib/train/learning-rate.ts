import { rateFactor, type Recipe } from '../recipe';
import type { TrainingState } from '../runs/state';
import type { Course } from './course';
import { validationLosses } from '../runs/early-stopping';

/** The learning rate of a step: what the schedule says, and what callbacks made of it. */
export function learningRateOf(
  { optimizer, schedule }: Recipe,
  { rows, rateChange }: TrainingState,
  step: number,
  { steps, stepsPerEpoch }: Pick<Course, 'steps' | 'stepsPerEpoch'>,
): number {
  if (rateChange && 'rate' in rateChange) return rateChange.rate;
  const epochs = steps / stepsPerEpoch;
  const position = { step, stepsPerEpoch, epochs, validationLosses: validationLosses(rows) };
  return optimizer.learningRate * rateFactor(schedule, position) * (rateChange?.factor ?? 1);
}
