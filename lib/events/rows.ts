/** A row of the history as points of TensorBoard's charts: the same tags for training and validation, so that they share one. */
import type { EpochRow } from '../runs/history';
import { scalar, type Event } from './event';

/** Events by the folder they belong to: the run's own, or one inside it. TensorBoard shows each as a run of that name. */
export interface RowEvents {
  readonly run: readonly Event[];
  readonly train: readonly Event[];
  readonly validation: readonly Event[];
}

export function rowEvents(row: EpochRow): RowEvents {
  const { epoch, loss, penalty, accuracy, top5, metrics, learningRate } = row;
  const { valLoss, valPenalty, valAccuracy, valTop5, valMetrics } = row;
  return {
    run: [scalar('learning rate', epoch, learningRate)],
    train: measures(epoch, { loss, accuracy, top5, penalty, ...metrics }),
    validation: measures(epoch, {
      loss: valLoss,
      accuracy: valAccuracy,
      top5: valTop5,
      penalty: valPenalty,
      ...valMetrics,
    }),
  };
}

/** Leaves out what was not measured, and penalties where there are none. */
export function measures(
  epoch: number,
  values: Readonly<Record<string, number | null | undefined>>,
): readonly Event[] {
  return Object.entries(values).flatMap(([tag, value]) => {
    if (value === null || value === undefined || (tag === 'penalty' && value === 0)) return [];
    return [scalar(tag, epoch, value)];
  });
}
