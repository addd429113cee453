/** The second half of a training step: from gradients to new weights. */
import type { Optimizer } from '../recipe/optimizers';
import { average, lookAhead, lookaheadShare, updatesBefore } from './averages';
import { clip } from './clipping';
import type { Node, Value } from './graph';
import { decay, updateRule } from './optimizers';
import { identity, zerosLike } from './ops/array';
import { scalar } from './ops/cast';
import { branch, type Gate } from './ops/control';
import { add, equal, floorMod, greater, greaterEqual, logicalAnd, mul, select } from './ops/math';
import type { Variable } from './ops/variable';
import type { Learned, StepInputs } from './step';
import type { SlotStore, SlotStores } from './slot-stores';
import type { Store } from './store';
import type { Treatment } from './treatments';
import type { UpdateRule } from './update-rule';
import type { WeightReading, WeightStore } from './weights';

export interface UpdateOptions {
  readonly optimizer: Optimizer;
  readonly inputs: StepInputs;
  /** Needed only where layers are frozen for some epochs. */
  readonly stepsPerEpoch: number | undefined;
  /** Needed only for a share of Lookahead that falls. */
  readonly totalSteps: number | undefined;
  /** The weights at the start of the step. */
  readonly reading: WeightReading;
  readonly slots: SlotStores;
  /** Makes a value wait for the decision to take the step. What depends on it does not run otherwise. */
  readonly guarded: Gate;
}

/** What an update adds to the graph. */
export interface Update {
  /** The nodes that write weights and slots. */
  readonly done: readonly Node[];
  /** What is validated and kept in place of the weights of a store. */
  readonly averages: ReadonlyMap<Store, Variable>;
}

/** Adds the update of all weights that are trained. */
export function updateWeights(learned: readonly Learned[], options: UpdateOptions): Update {
  const { optimizer, inputs, guarded } = options;
  const raw = learned.map((each) => whileTrained(each, each.store.join(each.gradients), options));
  const { accumulate } = optimizer;
  if (accumulate === undefined || learned.length === 0) return applyGradients(learned, raw, options);

  const sums = learned.map(({ store }) => options.slots.of(store, 'accumulated', 0));
  const totals = raw.map((gradient, i) => add(sums[i].store.variable.read(), gradient));
  const number = (value: number): Value => scalar(inputs.step.graph, value, 'int32');
  const due = equal(floorMod(inputs.step, number(accumulate)), number(accumulate - 1));
  let update: Update | undefined;
  const done = branch(
    guarded(due),
    (gate) => {
      const ready = totals.map((total) => gate(total));
      const means = ready.map((total) => mul(total, scalar(total.graph, 1 / accumulate)));
      update = applyGradients(learned, means, { ...options, guarded: gate });
      const emptied = sums.map(({ store }, i) => store.variable.assign(zerosLike(ready[i])));
      return [...update.done, ...emptied];
    },
    (gate) => sums.map(({ store }, i) => store.variable.assign(gate(totals[i]))),
  );
  return { done: [done], averages: update?.averages ?? new Map() };
}

/** The gradient, or zeros while the weights of a store are frozen. */
function whileTrained({ treatment }: WeightStore, gradient: Value, options: FrozenOptions): Value {
  const thawed = isThawed(treatment, options);
  return thawed ? select(thawed, gradient, zerosLike(gradient)) : gradient;
}

type FrozenOptions = Pick<UpdateOptions, 'inputs' | 'stepsPerEpoch'>;

/** @returns bool scalar, or undefined if the weights are never frozen */
function isThawed({ frozenEpochs, trainedEpochs }: Treatment, options: FrozenOptions): Value | undefined {
  const { step } = options.inputs;
  const steps = (epochs: number): Value => scalar(step.graph, stepsIn(epochs, options), 'int32');
  const begun = frozenEpochs === 0 ? undefined : greaterEqual(step, steps(frozenEpochs));
  const open = trainedEpochs === Infinity ? undefined : greater(steps(trainedEpochs), step);
  return begun && open ? logicalAnd(begun, open) : (begun ?? open);
}

export function stepsIn(epochs: number, { stepsPerEpoch }: Pick<UpdateOptions, 'stepsPerEpoch'>): number {
  if (epochs === 0) return 0;
  if (stepsPerEpoch === undefined) throw new Error('Layers are frozen for epochs of unknown length');
  return epochs * stepsPerEpoch;
}

/**
 * Changes what belongs to a store unless it is frozen in this step.
 * @param change adds the nodes that do; the gate takes the place of `guarded`
 * @returns a node that comes after the change, or after the decision not to change anything
 */
export function unlessFrozen(
  { treatment }: WeightStore,
  options: FrozenOptions & Pick<UpdateOptions, 'guarded'>,
  change: (gate: Gate) => Node,
): Node {
  const thawed = isThawed(treatment, options);
  if (!thawed) return change(options.guarded);
  return branch(options.guarded(thawed), (gate) => [change(gate)]);
}

function applyGradients(learned: readonly Learned[], raw: readonly Value[], options: UpdateOptions): Update {
  const { optimizer } = options;
  const stores = learned.map(({ store }) => store);
  const clipped = clip(raw, stores, optimizer);
  const alike = rules(options);
  const ruled = learned.map(({ treatment }) => alike(treatment));
  const slots = learned.map((each, i) => slotsOf(each, ruled[i].rule, options));
  const done = learned.map((each, i) => {
    const after = unlessFrozen(each, options, (gate) =>
      updateStore(each, gate(clipped[i]), slots[i], { ...ruled[i], reading: options.reading }),
    );
    return followWeights(each, slots[i], { ...options, updates: ruled[i].updates }, after);
  });
  const averages = new Map<Store, Variable>();
  slots.forEach(({ average, slow }, i) => {
    const kept = average ?? slow;
    if (kept) averages.set(stores[i], kept.store.variable);
  });
  return { done, averages };
}

/** What weights that are treated alike share. */
interface Ruled {
  readonly rule: UpdateRule;
  /** The learning rate, as it is for decay; float32 scalar */
  readonly rate: Value;
  /** How often the weights were updated before; int32 scalar */
  readonly updates: Value;
}

/** @returns a function that gives the rule for a treatment, the same one for treatments that need no other */
function rules(options: UpdateOptions): (treatment: Treatment) => Ruled {
  const { optimizer, inputs } = options;
  const known = new Map<string, Ruled>();
  return (treatment) => {
    const frozen = stepsIn(treatment.frozenEpochs, options);
    const key = [treatment.optimizer.kind, treatment.rate, frozen].join();
    const before = known.get(key);
    if (before) return before;
    const times = (rate: Value, factor: number): Value =>
      factor === 1 ? rate : mul(rate, scalar(rate.graph, factor));
    const rate = times(inputs.rate, treatment.rate);
    const learningRate = times(rate, treatment.ownRate);
    const updates = updatesBefore(inputs.step, optimizer.accumulate ?? 1, frozen);
    const rule = updateRule(treatment.optimizer, { learningRate, step: updates });
    known.set(key, { rule, rate, updates });
    return { rule, rate, updates };
  };
}

function updateStore(
  each: Learned,
  gradient: Value,
  { own }: StoreSlots,
  { rule, rate, reading }: Ruled & Pick<UpdateOptions, 'reading'>,
): Node {
  const { variable } = each.store;
  // Decay comes first, as in Keras. It waits for the decision to take the step, and the gradient waits for it.
  const { decay: amount } = each.treatment;
  const ready =
    amount > 0
      ? identity(gradient, 'decayed', [
          decay(variable, reading.whole(each), amount, rate, [identity(gradient).node]),
        ])
      : gradient;
  return rule.update(
    variable,
    own.map(({ store }) => store.variable),
    ready,
    each.store,
  );
}

/**
 * The step of Lookahead and of the average, after that of the weights. In frozen layers too: those that wait have averages
 * like their weights, which do not change by it, and those that were trained before come to agree with theirs.
 */
function followWeights(
  { store: { variable } }: WeightStore,
  { slow, average: mean }: StoreSlots,
  { optimizer, inputs, totalSteps, updates }: UpdateOptions & Pick<Ruled, 'updates'>,
  updated: Node,
): Node {
  const { lookahead, ema } = optimizer;
  let after = updated;
  if (slow && lookahead) {
    const share = lookaheadShare(lookahead, inputs.step, totalSteps);
    after = lookAhead(variable, slow.store.variable, lookahead, share, { updates, after });
  }
  if (mean && ema) after = average(variable, mean.store.variable, ema, { updates, after });
  return after;
}

interface StoreSlots {
  /** Those of the optimizer's rule. */
  readonly own: readonly SlotStore[];
  readonly slow?: SlotStore;
  readonly average?: SlotStore;
}

function slotsOf(
  { store, weights }: WeightStore,
  { slots }: UpdateRule,
  { optimizer: { lookahead, ema }, slots: all }: UpdateOptions,
): StoreSlots {
  const current = weights.map(({ weight }) => weight);
  return {
    own: Object.entries(slots).map(([slot, initial]) => all.of(store, slot, initial)),
    ...(lookahead && { slow: all.of(store, 'slow', current) }),
    ...(ema && { average: all.of(store, 'average', current) }),
  };
}
