/** What a run tells of itself, from where it stands: the row of an epoch, its best epoch, how it ended, its history. */
import { begunEpochs, sideInEpoch, type Recipe } from '../recipe';
import { stopsEarly } from '../runs/early-stopping';
import type { Measured } from '../runs/evaluation';
import type { Best, EpochRow, History } from '../runs/history';
import { means, type TrainingState } from '../runs/state';
import { tf } from '../runtime/tensorflow';
import type { Course } from './course';
import { totals } from './progress';

/**
 * The row of the current epoch.
 * @param validated what its validation adds
 * @param learningRate of its last step
 */
export function rowOf(
  { epoch, sums, epochSeconds }: TrainingState,
  validated: ValidatedPart,
  {
    recipe,
    learningRate,
    imagesPerEpoch,
  }: { readonly recipe: Recipe; readonly learningRate: number; readonly imagesPerEpoch: number },
): EpochRow {
  const side = sideInEpoch(recipe, epoch);
  return {
    epoch,
    ...means(sums),
    ...validated,
    learningRate,
    ...(side !== null && { side }),
    ...(sums.images < imagesPerEpoch && { images: sums.images }),
    seconds: epochSeconds,
    imagesPerSecond: sums.images / epochSeconds,
    memoryMB: process.memoryUsage.rss() / 1e6,
    tensors: tf.memory().numTensors,
  };
}

/** What a validation adds to a row. */
export type ValidatedPart = Pick<
  EpochRow,
  'valLoss' | 'valPenalty' | 'valAccuracy' | 'valTop5' | 'valMetrics'
>;

/** @param validated null for an epoch without a validation */
export function validatedPart(validated: Measured | null): ValidatedPart {
  return {
    valLoss: validated?.loss ?? null,
    valPenalty: validated?.penalty ?? null,
    valAccuracy: validated?.accuracy ?? null,
    valTop5: validated?.top5 ?? null,
    ...(validated?.metrics && { valMetrics: validated.metrics }),
  };
}

export function bestWith(before: Best | null, { epoch, valAccuracy }: EpochRow): Best | null {
  const isBest = valAccuracy !== null && valAccuracy > (before?.valAccuracy ?? -Infinity);
  return isBest ? { epoch, valAccuracy } : before;
}

/** Whether and why a run ends after the last of `rows`. */
export function endAfter(
  recipe: Recipe,
  { stopReason }: TrainingState,
  rows: readonly EpochRow[],
  course: Course,
): TrainingState['ended'] {
  const { epoch = 0, images = course.imagesPerEpoch } = rows.at(-1) ?? {};
  if (epoch === begunEpochs(recipe) && images === course.imagesIn(epoch)) return 'done';
  if (stopReason !== undefined) return 'stopped by a callback';
  return stopsEarly(recipe.earlyStopping, rows) ? 'stopped early' : null;
}

/** A run that a callback wants to end, ended, unless it has ended already. */
export function stopped(state: TrainingState): TrainingState {
  const { stopReason, ended } = state;
  return stopReason === undefined || ended ? state : { ...state, ended: 'stopped by a callback' };
}

/** What a history has from the run itself, and not from its state. */
export type HistoryContext = Pick<
  History,
  'network' | 'dataset' | 'engine' | 'recipe' | 'interrupted' | 'weightsOf' | 'extensions'
> & {
  readonly imagesPerEpoch: number;
  /** An epoch whose validation was interrupted. */
  readonly unvalidated: EpochRow | undefined;
};

export function historyOf(
  state: TrainingState,
  { imagesPerEpoch, unvalidated, ...context }: HistoryContext,
): History {
  const { rows, best, ended, stopReason } = state;
  return {
    ...context,
    epochs: unvalidated ? [...rows, unvalidated] : rows,
    stoppedEarly: ended === 'stopped early',
    stopReason: (ended === 'stopped by a callback' && stopReason) || null,
    best,
    ...totals(state, imagesPerEpoch),
  };
}
