/** A user's own optimizers: the new value of one weight and of its slots, from their old values and the gradient. */
import type { CustomSettings } from '../../recipe/custom';
import { completeOptimizer, type CommonOptions, type CustomOptimizer } from '../../recipe/optimizers';
import { UserError } from '../../runtime/errors';
import type { Value } from '../graph';
import * as operations from '../operations';
import { identity } from '../ops/array';
import type { StepValues, UpdateRule } from '../update-rule';
import { building, codeOf, customPart, expectResult, type Operations, type PartOptions } from './part';

/** One weight at a step. All values but the scalars have the weight's shape; float32. */
export interface WeightState<Slot extends string> {
  /** Its decay, if any, is taken off already. */
  readonly weight: Value;
  /** Clipped, if the optimizer clips. */
  readonly gradient: Value;
  /** What `slots` declares, as the last step left it. */
  readonly slots: Readonly<Record<Slot, Value>>;
  /** Of this step, schedule included; float32 scalar */
  readonly learningRate: Value;
  /** How often the weight was updated before, which is the step's number unless gradients accumulate; int32 scalar */
  readonly step: Value;
}

/** @returns new values, in the weight's shape; a slot that is left out keeps its value */
export type WeightUpdate<Slot extends string, S extends CustomSettings> = (
  state: WeightState<Slot>,
  g: Operations,
  settings: S,
) => { readonly weight: Value; readonly slots?: Readonly<Partial<Record<Slot, Value>>> };

export interface CustomOptimizerCode<Slot extends string, S extends CustomSettings> {
  /** What the optimizer remembers of each weight: names with initial values. */
  readonly slots?: Readonly<Record<Slot, number>>;
  readonly update: WeightUpdate<Slot, S>;
}

/**
 * An optimizer of one's own, for the graph engine. `update` builds the operations that compute a weight's new value and
 * those of its slots; it changes nothing itself. It is called once for each weight when training begins, not for every
 * step. Slots are saved with a run's checkpoints.
 *
 * Learning rate (1e-3 by default), weight decay and clipping are options like those of any optimizer. For identity and
 * settings, see `customLoss`; the initial values of slots are recorded as well.
 * @throws UserError if it has no name, a slot's initial value is not a number, or an option is out of its range
 */
export function customOptimizer<
  Slot extends string = never,
  S extends CustomSettings = Record<string, never>,
>(
  { slots, update }: CustomOptimizerCode<Slot, S>,
  { name = 'custom', settings, ...common }: PartOptions<S> & CommonOptions = {},
): CustomOptimizer {
  const initial: Readonly<Record<string, number>> = { ...slots };
  return completeOptimizer({ ...customPart([update], update, { name, settings }), slots: initial }, common);
}

/** The optimizer's update, weight by weight, each in its own shape. */
export function customRule(optimizer: CustomOptimizer, values: StepValues): UpdateRule {
  const { slots } = optimizer;
  const next = nextOf(optimizer, values);
  return {
    slots,
    update(weight, variables, gradient, store) {
      // Everything waits for the gradient, and so for the decision to take the step.
      const ready = identity(gradient).node;
      const [whole, ...before] = [weight, ...variables].map((variable) => variable.read([ready]));
      const [weights, gradients, ...parts] = [whole, gradient, ...before].map((value) => store.split(value));
      const after = weights.map((each, i) =>
        next(
          each,
          gradients[i],
          parts.map((values) => values[i]),
        ),
      );
      // A slot's new value need not depend on the old one, which others may still have to read.
      const read = [ready, whole.node, ...before.map(({ node }) => node)];
      const done = variables.map((variable, i) =>
        variable.assign(store.join(after.map((each) => each.slots[i])), read),
      );
      return weight.assign(store.join(after.map((each) => each.weight)), [...read, ...done]);
    },
  };
}

/** New values of a weight and of its slots. */
type Next = (
  weight: Value,
  gradient: Value,
  slots: readonly Value[],
) => { readonly weight: Value; readonly slots: readonly Value[] };

function nextOf(optimizer: CustomOptimizer, { learningRate, step }: StepValues): Next {
  const { name, settings } = optimizer;
  const kind = 'custom optimizer';
  const what = `The ${kind} "${name}"`;
  const update = codeOf(kind, 'customOptimizer', optimizer) as WeightUpdate<string, CustomSettings>;
  const names = Object.keys(optimizer.slots);
  return (weight, gradient, before) => {
    const slots = Object.fromEntries(names.map((slot, i) => [slot, before[i]]));
    const next = building(what, () =>
      weight.graph.within(name, () =>
        update({ weight, gradient, slots, learningRate, step }, operations, settings),
      ),
    );
    const extra = Object.keys(next.slots ?? {}).find((slot) => !names.includes(slot));
    if (extra !== undefined) {
      throw new UserError(`${what} returns the slot "${extra}", which it does not declare in slots.`);
    }
    const result = (value: unknown, meaning: string): Value => expectResult(what, value, weight, meaning);
    return {
      weight: result(next.weight, 'the new weight'),
      slots: names.map((slot, i) => result(next.slots?.[slot] ?? before[i], `the new value of "${slot}"`)),
    };
  };
}
