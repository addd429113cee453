/** Weights beside the trained ones, which follow them: Lookahead's slow weights, and their moving average. */
import type { Ema, Lookahead } from '../recipe/update-settings';
import type { Node, Value } from './graph';
import { identity } from './ops/array';
import { cast, scalar } from './ops/cast';
import { branch } from './ops/control';
import { add, equal, floorDiv, floorMod, minimum, mul, pow, select, sub } from './ops/math';
import type { Variable } from './ops/variable';

/** A moment after an update. */
export interface Updated {
  /** How often the weight was updated before, int32 scalar */
  readonly updates: Value;
  /** Comes after the update. What comes after it does not run if there is no update. */
  readonly after: Node;
}

/**
 * @param share see `lookaheadShare`
 * @returns a node that comes after the slow weights' step, if there is one now
 */
export function lookAhead(
  weight: Variable,
  slow: Variable,
  { steps }: Lookahead,
  share: Value,
  { updates, after }: Updated,
): Node {
  const { graph } = weight;
  const due = equal(floorMod(updates, scalar(graph, steps, 'int32')), scalar(graph, steps - 1, 'int32'));
  return branch(identity(due, 'due', [after]), (gate) => {
    const before = gate(slow.read());
    const next = add(before, mul(sub(gate(weight.read([after])), before), gate(share)));
    return [slow.assign(next), weight.assign(next)];
  });
}

/**
 * How far slow weights go in a step, if they do. float32 scalar
 * @param step the step's number, int32 scalar
 * @param totalSteps of the whole run; needed only for a share that falls
 */
export function lookaheadShare({ share }: Lookahead, step: Value, totalSteps: number | undefined): Value {
  const number = (value: number): Value => scalar(step.graph, value);
  if (typeof share === 'number') return number(share);
  if (totalSteps === undefined) throw new Error('The share of Lookahead falls over a run of unknown length');
  const { final, power } = share;
  const done = minimum(mul(add(cast(step, 'float32'), number(1)), number(1 / totalSteps)), number(1));
  return sub(number(1), mul(pow(done, number(power)), number(1 - final)));
}

/** @returns a node that comes after the average's step; after the first update, the average is the weight itself */
export function average(weight: Variable, mean: Variable, { decay }: Ema, { updates, after }: Updated): Node {
  const { graph } = weight;
  // As a float, a GPU has it in its own memory.
  const isFirst = equal(cast(updates, 'float32'), scalar(graph, 0));
  const share = select(isFirst, scalar(graph, 1), scalar(graph, 1 - decay));
  const before = mean.read([after]);
  return mean.assign(add(before, mul(sub(weight.read([after]), before), share)));
}

/**
 * How often a weight was updated before a step.
 * @param step the step's number, int32 scalar
 * @param accumulate steps in an update
 * @param frozenSteps steps before the first that may update it
 */
export function updatesBefore(step: Value, accumulate: number, frozenSteps: number): Value {
  const { graph } = step;
  const before = Math.floor(frozenSteps / accumulate);
  const all = accumulate === 1 ? step : floorDiv(step, scalar(graph, accumulate, 'int32'));
  return before === 0 ? all : sub(all, scalar(graph, before, 'int32'));
}
