/** Logarithms of sums of exponentials, without overflow. (Softmax itself is an activation.) */
import { simpleRule } from '../gradient-rules';
import type { Value } from '../graph';
import { reshape } from './array';
import { allAxes, sum } from './broadcast';
import { expectFloat } from './check';
import { stopGradient } from './elementary';
import { add, exp, log, mul, sub } from './math';
import { max } from './reduce';

/** log(softmax(x)) over the last axis. float [..., n] → [..., n] */
export function logSoftmax(x: Value): Value {
  expectFloat('LogSoftmax', x);
  return x.graph.add({ op: 'LogSoftmax', inputs: [x], attrs: { T: { type: x.dtype } }, outputs: [x] }).output;
}
simpleRule('LogSoftmax', ({ output: y }, dy) => [sub(dy, mul(exp(y), sum(dy, [-1], true)))]);

/**
 * log(Σ exp(x)) along `axes`. float [...] → [...] without these axes, or with size 1 there
 * @param axes negative ones count from the end; defaults to all
 */
export function logSumExp(x: Value, axes = allAxes(x), keepDims = false): Value {
  // The largest value has no part in the result but for rounding, and none in the gradient.
  const largest = stopGradient(max(x, axes, true));
  const total = add(log(sum(exp(sub(x, largest)), axes, true)), largest);
  return keepDims ? total : reshape(total, sum(x, axes).shape);
}
