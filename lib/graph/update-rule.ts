import type { Node, Value } from './graph';
import type { Variable } from './ops/variable';

/** How an optimizer updates a weight. */
export interface UpdateRule {
  /** The names of the optimizer's slots for a weight, with their initial values. */
  readonly slots: Readonly<Record<string, number>>;
  /** @param slots in the order of `this.slots` */
  update(weight: Variable, slots: readonly Variable[], gradient: Value): Node;
}
