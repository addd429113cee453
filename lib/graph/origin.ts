import type { Value } from './graph';

/** Where a value was computed: the layers' outputs are copies that bear the layers' names. */
export function originOf(x: Value): Value {
  const { op, inputs, control, gradient } = x.node;
  return op === 'Identity' && control.length === 0 && !gradient ? originOf(inputs[0]) : x;
}
