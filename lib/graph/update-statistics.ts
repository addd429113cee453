/** Batch normalisation's moving statistics after a step. */
import { lookAhead, lookaheadShare, updatesBefore } from './averages';
import type { Node, Value } from './graph';
import type { Variable } from './ops/variable';
import type { SlotStore } from './slot-stores';
import type { Store } from './store';
import { stepsIn, unlessFrozen, type Update, type UpdateOptions } from './update';
import type { WeightStore } from './weights';

/** A store with statistics, and its values after the step. */
export interface Followed {
  readonly each: WeightStore;
  readonly next: Value;
}

/** Gives each store its next values; with `lookahead.statistics`, these look ahead as weights do. */
export function updateStatistics(followed: readonly Followed[], options: UpdateOptions): Update {
  const { optimizer, slots } = options;
  const averages = new Map<Store, Variable>();
  const done = followed.map(({ each, next }): Node => {
    const { store, weights } = each;
    const after = unlessFrozen(each, options, (gate) => store.variable.assign(gate(next)));
    if (!optimizer.lookahead?.statistics) return after;
    const current = weights.map(({ weight }) => weight);
    const slow = slots.of(store, 'slow', current);
    // With a moving average of weights, the statistics that are measured are the averages that they are anyway.
    if (!optimizer.ema) averages.set(store, slow.store.variable);
    return slowStep(each, slow, options, after);
  });
  return { done, averages };
}

/** In the step in which the weights look ahead, after their last update. */
function slowStep(
  { store, treatment }: WeightStore,
  slow: SlotStore,
  options: UpdateOptions,
  after: Node,
): Node {
  const { optimizer, inputs, totalSteps } = options;
  const { lookahead, accumulate = 1 } = optimizer;
  if (!lookahead) return after;
  const { step } = inputs;
  // Statistics move in every step, weights in the last of `accumulate`, counted from the first update.
  const before = Math.floor(stepsIn(treatment.frozenEpochs, options) / accumulate) * accumulate;
  const period = { ...lookahead, steps: lookahead.steps * accumulate };
  const share = lookaheadShare(lookahead, step, totalSteps);
  const updates = updatesBefore(step, 1, before);
  return lookAhead(store.variable, slow.store.variable, period, share, { updates, after });
}
