import { keptAccuracy, spreadOf, type Spread } from '../runs/results';
import { inNoise, pooledSpread } from './noise';
import type { Sweep, SweepPoint, SweepRun } from './sweep';

/** Validation accuracies of a setting's runs, in the order of the seeds. */
export function accuraciesOf({ runs }: SweepPoint): number[] {
  return runs
    .map(({ history }) => keptAccuracy(history))
    .filter((each): each is number => each !== undefined);
}

/** Validation accuracy over the seeds; NaN for a setting that could not be trained. */
export function accuracyOf(point: SweepPoint): Spread {
  return spreadOf(accuraciesOf(point));
}

/** A row of a sweep's table. */
export interface SweepRow {
  readonly setting: string;
  readonly parameters: number;
  /** In the last epoch, while the weights change and with dropout on; mean over seeds. */
  readonly trainingAccuracy: number;
  /** With the weights that were kept; mean over seeds. */
  readonly validationAccuracy: number;
  /** Sample standard deviation over seeds; NaN for a single seed. */
  readonly deviation: number;
  readonly seeds: number;
  /** Seconds of training, without validation; mean over seeds. */
  readonly seconds: number;
}

/** A sweep's results with a row for each setting, to make a DataFrame of. */
export function sweepRows({ points }: Sweep): SweepRow[] {
  return points.map((point) => {
    const histories = point.runs.map(({ history }) => history);
    const { mean, deviation } = accuracyOf(point);
    return {
      ...{ setting: point.setting, parameters: point.parameters },
      trainingAccuracy: spreadOf(histories.map(({ epochs }) => epochs[epochs.length - 1].accuracy)).mean,
      validationAccuracy: mean,
      deviation,
      seeds: point.runs.length,
      seconds: spreadOf(histories.map(({ seconds }) => seconds)).mean,
    };
  });
}

/**
 * The standard deviation over seeds, pooled over all settings of one or more sweeps. A training that several settings
 * share, such as the default's, counts once, for the first of them.
 * @returns NaN if no setting was trained with two seeds
 */
export function pooledDeviation(sweeps: readonly Sweep[]): number {
  const counted = new Set<string>();
  const isNew = ({ seed, history }: SweepRun): boolean => {
    const training = JSON.stringify([seed, history.epochs]);
    return counted.size < counted.add(training).size;
  };
  const points = sweeps.flatMap((each) => each.points);
  return pooledSpread(points.map((point) => accuraciesOf({ ...point, runs: point.runs.filter(isNew) })));
}

/** The setting with the highest mean validation accuracy. */
export function bestOf({ points }: Sweep): SweepPoint | undefined {
  const trained = points.filter((point) => point.failure === null && point.runs.length > 0);
  return trained.reduce<SweepPoint | undefined>(
    (best, point) => (best && accuracyOf(best).mean >= accuracyOf(point).mean ? best : point),
    undefined,
  );
}

/** How clearly a sweep's best setting won. */
export interface Lead {
  readonly study: string;
  readonly best: string;
  /** Mean validation accuracy of the best setting. */
  readonly accuracy: number;
  /** The setting that comes second. */
  readonly second: string;
  /** By how much the best is ahead of it. */
  readonly lead: number;
  /**
   * The lead, in units of the standard deviation that chance alone would give it. A lead of 2 or more is hard to
   * explain by chance.
   */
  readonly inNoise: number;
}

/**
 * @param noise standard deviation of a single run over seeds, for instance from `pooledDeviation`
 * @returns undefined if fewer than two settings were trained
 */
export function leadOf(sweep: Sweep, noise: number): Lead | undefined {
  const best = bestOf(sweep);
  const second = bestOf({ ...sweep, points: sweep.points.filter((point) => point !== best) });
  if (!best || !second) return undefined;
  const accuracy = accuracyOf(best).mean;
  const lead = accuracy - accuracyOf(second).mean;
  return {
    ...{ study: sweep.study, best: best.setting, accuracy },
    ...{ second: second.setting, lead },
    inNoise: inNoise(lead, noise, [best.runs.length, second.runs.length]),
  };
}
