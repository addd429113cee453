import type { RateChange, TrainingState } from '../runs/state';
import { check } from '../runtime/check';

/**
 * What a callback can do about the training that calls it. The run's checkpoints keep it, so a resumed run goes on with
 * it. All of it acts after the callback, from the next step on.
 */
export interface TrainingControl {
  /**
   * Ends the run. An epoch that is not over yet ends here: it is validated, and its row counts the images it was trained
   * on.
   * @param reason kept in the history
   */
  stop(reason?: string): void;
  /** Multiplies the rate of every following step. The schedule goes on, and further calls multiply it further. */
  scaleLearningRate(factor: number): void;
  /** Gives every following step this rate, whatever the schedule says. */
  setLearningRate(rate: number): void;
}

type Changes = Pick<TrainingState, 'stopReason' | 'rateChange'>;

/** Notes what callbacks ask for, until the loop takes it over. */
export class Requests implements TrainingControl {
  #stopReason: string | undefined;
  #changes: RateChange[] = [];

  stop(reason = 'a callback stopped it'): void {
    check(typeof reason === 'string' && reason !== '', 'The reason to stop', reason, 'some words');
    this.#stopReason ??= reason;
  }

  scaleLearningRate(factor: number): void {
    check(isRate(factor), 'The factor for the learning rate', factor, 'a number of at least 0');
    this.#changes.push({ factor });
  }

  setLearningRate(rate: number): void {
    check(isRate(rate), 'The learning rate', rate, 'a number of at least 0');
    this.#changes.push({ rate });
  }

  /** @returns `state` with what was asked for since the last call; `state` itself if nothing was */
  takenInto(state: TrainingState): TrainingState {
    if (this.#stopReason === undefined && this.#changes.length === 0) return state;
    const rateChange = this.#changes.reduce(changed, state.rateChange);
    const stopReason = state.stopReason ?? this.#stopReason;
    this.#stopReason = undefined;
    this.#changes = [];
    const changes: Changes = { ...(rateChange && { rateChange }), ...(stopReason && { stopReason }) };
    return { ...state, ...changes };
  }
}

function changed(before: RateChange | undefined, next: RateChange): RateChange {
  if ('rate' in next || !before) return next;
  return 'rate' in before ? { rate: before.rate * next.factor } : { factor: before.factor * next.factor };
}

function isRate(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
