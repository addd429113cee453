/**
 * How the learning rate changes over a run, as plain data. A rate is a pure function of the step, and for
 * `plateau` of the validation losses so far, so a resumed run needs no extra state for it.
 *
 * Each gives a factor that multiplies the optimizer's `learningRate`.
 */
import {
  aboveZeroToOne,
  atLeastOne,
  belowOne,
  checkedApart,
  checkKind,
  count,
  notNegative,
  positive,
  share,
  type RangesByKind,
} from './ranges';

/** The rate stays the same. */
export interface Constant {
  readonly kind: 'constant';
}

/** The rate is multiplied by `factor` after every `every` epochs. */
export interface StepDecay {
  readonly kind: 'step';
  readonly every: number;
  readonly factor: number;
}

/**
 * Half a cosine from the rate down to `final` times it at the last step (Loshchilov & Hutter 2016,
 * https://arxiv.org/abs/1608.03983, without restarts).
 */
export interface Cosine {
  readonly kind: 'cosine';
  readonly final: number;
}

/**
 * Half a cosine from the rate down to `final` times it, again and again: the first in `period` epochs, each further one
 * `stretch` times as long and from `height` times as high as the one before (Loshchilov & Hutter 2016,
 * https://arxiv.org/abs/1608.03983; Keras's CosineDecayRestarts, whose `t_mul` and `m_mul` these are).
 */
export interface CosineRestarts {
  readonly kind: 'cosineRestarts';
  readonly period: number;
  readonly stretch: number;
  readonly height: number;
  readonly final: number;
}

/**
 * Half a cosine up from `initial` times the rate to the rate, over the share `rise` of the run, and half a cosine
 * down to `final` times it (Smith & Topin 2017, https://arxiv.org/abs/1708.07120).
 */
export interface OneCycle {
  readonly kind: 'oneCycle';
  readonly rise: number;
  readonly initial: number;
  readonly final: number;
}

/**
 * Straight from `initial` times the rate up to the rate, over the share `rise` of the run's steps, and straight down to
 * `final` times it, which the step after the last would have: with a `final` of 0, every step still counts. (Jordan 2024,
 * https://arxiv.org/abs/2404.00498, rises from 0.2 over 0.23 of the steps and falls to 0.07.)
 */
export interface Linear {
  readonly kind: 'linear';
  readonly rise: number;
  readonly initial: number;
  readonly final: number;
}

/**
 * The rate is multiplied by `factor` whenever the validation loss has not fallen by more than `minDelta` in
 * `patience` validations, down to `minimum` times the rate.
 */
export interface Plateau {
  readonly kind: 'plateau';
  readonly factor: number;
  readonly patience: number;
  readonly minDelta: number;
  readonly minimum: number;
}

/**
 * In the first `epochs` epochs the rate rises in equal steps to where `then` begins; `then` covers the rest of the
 * run (Goyal et al. 2017, https://arxiv.org/abs/1706.02677).
 */
export interface WarmUp {
  readonly kind: 'warmUp';
  readonly epochs: number;
  readonly then: Exclude<Schedule, WarmUp>;
}

export type Schedule = Constant | StepDecay | Cosine | CosineRestarts | OneCycle | Linear | Plateau | WarmUp;

const plainRanges: RangesByKind<WarmUp['then']> = {
  constant: {},
  step: { every: positive, factor: aboveZeroToOne },
  cosine: { final: share },
  cosineRestarts: { period: positive, stretch: atLeastOne, height: positive, final: share },
  oneCycle: { rise: share, initial: share, final: share },
  linear: { rise: share, initial: share, final: share },
  plateau: { factor: belowOne, patience: count, minDelta: notNegative, minimum: share },
};

const ranges: RangesByKind<Schedule> = {
  ...plainRanges,
  warmUp: { epochs: notNegative, then: checkedApart },
};

/** @throws UserError that names the first setting out of its range */
export function checkSchedule<T extends Schedule>(schedule: T): T {
  checkKind<Schedule>('schedule', schedule, ranges);
  if (schedule.kind === 'warmUp') checkKind('schedule.then', schedule.then, plainRanges);
  return schedule;
}

type Options<T> = Partial<Omit<T, 'kind'>>;

export function constant(): Constant {
  return { kind: 'constant' };
}

/** Divides the rate by ten after every 30 epochs. */
export function stepDecay(options: Options<StepDecay> = {}): StepDecay {
  return checkSchedule({ every: 30, factor: 0.1, ...options, kind: 'step' });
}

/** Down to 0. */
export function cosine(options: Options<Cosine> = {}): Cosine {
  return checkSchedule({ final: 0, ...options, kind: 'cosine' });
}

/** Begins anew after 10 epochs, then after 20 more, then 40; each time at the full rate and down to 0. */
export function cosineRestarts(options: Options<CosineRestarts> = {}): CosineRestarts {
  const defaults = { period: 10, stretch: 2, height: 1, final: 0 };
  return checkSchedule({ ...defaults, ...options, kind: 'cosineRestarts' });
}

/** From 1/25 of the rate up to the rate over 30 % of the run, then down to 1/250,000 of it. */
export function oneCycle(options: Options<OneCycle> = {}): OneCycle {
  const defaults = { rise: 0.3, initial: 1 / 25, final: 1 / 250_000 };
  return checkSchedule({ ...defaults, ...options, kind: 'oneCycle' });
}

/** From the rate itself down to 0; with a `rise`, from 0.2 times the rate at first. */
export function linear(options: Options<Linear> = {}): Linear {
  return checkSchedule({ rise: 0, initial: 0.2, final: 0, ...options, kind: 'linear' });
}

/** Divides the rate by ten after ten validations in which the loss did not fall by 1e-4; no minimum. */
export function reduceOnPlateau(options: Options<Plateau> = {}): Plateau {
  const defaults = { factor: 0.1, patience: 10, minDelta: 1e-4, minimum: 0 };
  return checkSchedule({ ...defaults, ...options, kind: 'plateau' });
}

/** Puts `epochs` epochs of warm-up before a schedule. */
export function warmUp(epochs: number, then: WarmUp['then'] = constant()): WarmUp {
  return checkSchedule({ kind: 'warmUp', epochs, then });
}

/** What the learning rate depends on. */
export interface Position {
  /** Counted from 0 over the whole run. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Of the whole run. */
  readonly epochs: number;
  /** The losses of all validations so far, in order. */
  readonly validationLosses: readonly number[];
}

/** @returns the factor for the optimizer's learning rate */
export function rateFactor(schedule: Schedule, position: Position): number {
  const { step, stepsPerEpoch, epochs, validationLosses } = position;
  const done = Math.min(1, step / Math.max(1, epochs * stepsPerEpoch - 1));
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** Math.floor(step / stepsPerEpoch / schedule.every);
    case 'cosine':
      return halfCosine(1, schedule.final, done);
    case 'cosineRestarts': {
      const { restarts, done: part } = sinceRestart(schedule, step / stepsPerEpoch);
      const { final, height } = schedule;
      return final + (1 - final) * height ** restarts * halfCosine(1, 0, part);
    }
    case 'oneCycle': {
      const { rise, initial, final } = schedule;
      // Either part may be empty: a rise of 0 or 1.
      return done <= rise && rise > 0
        ? halfCosine(initial, 1, done / rise)
        : halfCosine(1, final, (done - rise) / (1 - rise));
    }
    case 'linear': {
      const { rise, initial, final } = schedule;
      // A warm-up may leave no epochs at all.
      const share = Math.min(1, step / Math.max(1, epochs * stepsPerEpoch));
      // Either part may be empty, as above.
      return share <= rise && rise > 0
        ? initial + ((1 - initial) * share) / rise
        : 1 - ((1 - final) * (share - rise)) / (1 - rise);
    }
    case 'plateau':
      return plateauFactor(schedule, validationLosses);
    case 'warmUp': {
      const steps = Math.round(schedule.epochs * stepsPerEpoch);
      const then = {
        ...position,
        step: Math.max(0, step - steps),
        epochs: Math.max(0, epochs - schedule.epochs),
      };
      const factor = rateFactor(schedule.then, then);
      return step < steps ? (factor * (step + 1)) / (steps + 1) : factor;
    }
  }
}

/** How often a schedule has begun anew, and how far it is since, from 0 to 1. */
function sinceRestart(
  { period, stretch }: CosineRestarts,
  epochs: number,
): { readonly restarts: number; readonly done: number } {
  if (stretch === 1) {
    const restarts = Math.floor(epochs / period);
    return { restarts, done: epochs / period - restarts };
  }
  let [restarts, left, length] = [0, epochs, period];
  for (; left >= length; restarts++) {
    left -= length;
    length *= stretch;
  }
  return { restarts, done: left / length };
}

function halfCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** Goes through the validations so far, which determine the factor. */
function plateauFactor(
  { factor, patience, minDelta, minimum }: Plateau,
  validationLosses: readonly number[],
): number {
  let current = 1;
  let best = Infinity;
  let waited = 0;
  for (const loss of validationLosses) {
    if (loss < best - minDelta) {
      best = loss;
      waited = 0;
    } else if (++waited >= patience) {
      current = Math.max(minimum, current * factor);
      waited = 0;
    }
  }
  return current;
}

/** Whether the schedule depends on the validation loss, and so needs a validation. */
export function needsValidation(schedule: Schedule): boolean {
  return schedule.kind === 'plateau' || (schedule.kind === 'warmUp' && needsValidation(schedule.then));
}
