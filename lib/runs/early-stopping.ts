import type { EarlyStopping } from '../recipe';
import type { EpochRow } from './history';

/** The losses of the epochs that were validated. */
export function validationLosses(rows: readonly EpochRow[]): number[] {
  return rows.flatMap(({ valLoss }) => (valLoss === null ? [] : [valLoss]));
}

/** Whether none of the last `patience` validations lowered the loss. Needs only the history. */
export function stopsEarly(settings: EarlyStopping | null, rows: readonly EpochRow[]): boolean {
  if (!settings) return false;
  let best = Infinity;
  let waited = 0;
  for (const loss of validationLosses(rows)) {
    if (loss < best - settings.minDelta) {
      best = loss;
      waited = 0;
    } else {
      waited++;
    }
  }
  return waited >= settings.patience;
}
