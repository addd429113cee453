/** How an optimizer is put to a training step. */
import type { Node, Value } from './graph';
import type { Variable } from './ops/variable';
import type { Store } from './store';

/** Values shared by all weights that are treated alike. */
export interface StepValues {
  /** float32 scalar */
  readonly learningRate: Value;
  /** How often the weight was updated before; int32 scalar */
  readonly step: Value;
}

export interface UpdateRule {
  /** The names of the optimizer's slots for a weight, with their initial values. */
  readonly slots: Readonly<Record<string, number>>;
  /**
   * Updates a variable that holds one weight or several; see `Store`.
   * @param slots in the order of `this.slots`
   * @param gradient of all that the variable holds; what does not wait for it runs in a failed step too
   * @param store takes the variable, a slot or the gradient apart, weight by weight
   */
  update(weight: Variable, slots: readonly Variable[], gradient: Value, store: Store): Node;
}
