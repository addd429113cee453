/** The second half of a training step: from gradients to new weights. */
import type { Optimizer } from '../recipe/optimizers';
import type { Node, Value } from './graph';
import { clipByGlobalNorm, decay, updateRule, type UpdateRule } from './optimizers';
import { identity } from './ops/array';
import { kinds, type Learned, type StepInputs } from './step';
import { Store } from './store';
import type { WeightReading } from './weights';

/** One optimizer slot for a store of weights. */
export interface SlotStore {
  readonly store: Store;
  readonly initial: number;
}

export interface UpdateOptions {
  readonly optimizer: Optimizer;
  readonly inputs: StepInputs;
  /** The weights at the start of the step. */
  readonly reading: WeightReading;
  /** Makes a value wait for the decision to take the step. What depends on it does not run otherwise. */
  readonly guarded: (value: Value) => Value;
}

/** What an update adds to the graph. */
export interface Update {
  readonly slots: readonly SlotStore[];
  /** The nodes that write weights and slots. */
  readonly done: readonly Node[];
}

/** Adds the update of all weights that are trained. */
export function updateWeights(learned: readonly Learned[], options: UpdateOptions): Update {
  const { optimizer, inputs, guarded } = options;
  const raw = learned.map(({ store, gradients }) => store.join(gradients));
  const { clipNorm } = optimizer;
  const clipped = clipNorm === null || raw.length === 0 ? raw : clipByGlobalNorm(raw, clipNorm);
  const rule = updateRule(optimizer, { learningRate: inputs.rate, step: inputs.step });
  const slots = learned.map(({ store }) => slotsOf(store, rule));
  const done = learned.map((each, i) =>
    updateStore(each, guarded(clipped[i]), { ...options, rule, slots: slots[i] }),
  );
  return { slots: slots.flat(), done };
}

interface StoreUpdate extends UpdateOptions {
  readonly rule: UpdateRule;
  readonly slots: readonly SlotStore[];
}

function updateStore(
  each: Learned,
  gradient: Value,
  { optimizer, rule, slots, inputs, reading }: StoreUpdate,
): Node {
  const { variable } = each.store;
  // Decay comes first, as in Keras. It waits for the decision to take the step, and the gradient waits for it.
  const ready =
    each.kind === kinds.decayed
      ? identity(gradient, 'decayed', [
          decay(variable, reading.whole(each), optimizer.weightDecay, inputs.rate, [identity(gradient).node]),
        ])
      : gradient;
  return rule.update(
    variable,
    slots.map(({ store }) => store.variable),
    ready,
  );
}

function slotsOf({ graph, name, parts }: Store, { slots }: UpdateRule): SlotStore[] {
  return Object.entries(slots).map(([slot, initial]) => {
    const named = parts.map((part) => ({ name: `${part.name}/${slot}`, shape: part.shape }));
    return { initial, store: new Store(graph, `${name}/${slot}`, named) };
  });
}
