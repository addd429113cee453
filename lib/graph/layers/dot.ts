/** Products of the vectors of two inputs, image by image. */
import type { Value } from '../graph';
import { reshape } from '../ops/array';
import { batchMatMul } from '../ops/batch-mat-mul';
import { sum } from '../ops/broadcast';
import { like } from '../ops/cast';
import { rsqrt } from '../ops/elementary';
import { maximum, mul, square } from '../ops/math';
import { lowers } from './lowering';

/** Squares of lengths are at least this, as in tfjs, so that a vector of zeros stays one. */
const leastSquare = 1e-7;

lowers('Dot', (inputs, layer) => {
  const { config, outputShape } = layer;
  const given = config.integers('axes');
  const axes = inputs.map(({ shape }, i) => {
    const axis = given[given.length === 1 ? 0 : i];
    return axis < 0 ? axis + shape.length : axis;
  });
  if (axes.includes(0)) layer.refuse('one of its axes is the batch; axes of one image can be lowered');
  const [a, b] = inputs.map((x, i) => {
    const along = [axes[i]];
    if (!config.flag('normalize')) return x;
    const length = maximum(sum(square(x), along, true), like(x, leastSquare));
    return mul(x, rsqrt(length));
  });
  // A vector is a matrix of one row.
  const rows = (x: Value): Value => (x.shape.length === 2 ? reshape(x, [x.shape[0], 1, x.shape[1]]) : x);
  const isLast = ({ shape }: Value, axis: number): boolean => axis === shape.length - 1;
  const product = batchMatMul(rows(a), rows(b), { a: !isLast(a, axes[0]), b: isLast(b, axes[1]) });
  return reshape(product, outputShape);
});
