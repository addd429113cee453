/** Two ways to have a step change nothing if it is not to be taken. */
import type { Node, Value } from './graph';
import { branch, type Gate } from './ops/control';
import { select } from './ops/math';
import { keepingValues } from './ops/variable';
import type { Device } from './types';

/** What to do in a step that is taken, and in one that is not. */
export interface Guarded {
  /** @param gate takes every value that decides about a change. @returns the nodes that end the step */
  readonly taken: (gate: Gate) => readonly Node[];
  /** @param gate makes a value known where the step is not taken. @returns the node that ends it */
  readonly notTaken: (gate: Gate) => Node;
}

/**
 * @param good bool scalar: whether the step is taken
 * @returns the nodes that come last
 */
export function guard(good: Value, guarded: Guarded, device: Device): readonly Node[] {
  return device === 'gpu' ? bySelection(good, guarded) : bySwitch(good, guarded);
}

/** What is not to be done does not run. */
function bySwitch(good: Value, { taken, notTaken }: Guarded): readonly Node[] {
  return [branch(good, taken, (gate) => [notTaken(gate)])];
}

/**
 * Everything is done, and put back if it should not have been. A `Switch` decides on the host, and a GPU would have to wait
 * for that in the middle of each step; it pays with reading and writing its state once more.
 */
function bySelection(good: Value, { taken, notTaken }: Guarded): readonly Node[] {
  const change = keepingValues(() => taken((value) => value));
  const note = keepingValues(() => [notTaken((value) => value)]);
  return [
    ...[...change.before].map(([variable, value]) =>
      variable.assign(select(good, variable.read(change.result), value)),
    ),
    ...[...note.before].map(([variable, value]) =>
      variable.assign(select(good, value, variable.read(note.result))),
    ),
  ];
}
