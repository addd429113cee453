import type { Value } from '../graph';
import { scalar } from './cast';

/**
 * The slices of `x` along its first axis, each in the place of the one before it; the first comes last.
 * [n, ...] → [n, ...]
 */
export function rolled(x: Value): Value {
  const { graph } = x;
  return graph.add({
    op: 'Roll',
    inputs: [x, scalar(graph, -1, 'int32'), scalar(graph, 0, 'int32')],
    attrs: { T: { type: x.dtype }, Tshift: { type: 'int32' }, Taxis: { type: 'int32' } },
    outputs: [x],
  }).output;
}
