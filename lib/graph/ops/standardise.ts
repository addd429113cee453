/** Mean 0 and variance 1 along axes of each image: what layer, group and instance normalisation are made of. */
import type { Value } from '../graph';
import { expectAxes, expectType } from './check';
import { like } from './cast';
import { rsqrt } from './elementary';
import { add, mul, square, sub } from './math';
import { mean } from './reduce';

/**
 * (x − mean) / √(variance + epsilon), with both taken along `axes` (Ba et al. 2016, https://arxiv.org/abs/1607.06450).
 * float32 [...] → [...]
 */
export function standardise(x: Value, axes: readonly number[], epsilon: number): Value {
  expectType('Standardise', x, 'float32');
  const along = expectAxes('Standardise', x, axes);
  const centred = sub(x, mean(x, along, true));
  const variance = mean(square(centred), along, true);
  const inverse = rsqrt(add(variance, like(variance, epsilon)));
  const output = mul(centred, inverse);
  // dx = (dy − mean(dy) − y·mean(dy·y)) / deviation: fewer passes than going back through each operation.
  const rule = (dy: Value): Value[] => {
    const level = mean(dy, along, true);
    const slope = mean(mul(dy, output), along, true);
    return [mul(sub(sub(dy, level), mul(output, slope)), inverse)];
  };
  return x.graph.add({
    op: 'Identity',
    inputs: [output],
    attrs: { T: { type: x.dtype } },
    outputs: [x],
    gradient: { inputs: [x], rule },
  }).output;
}
