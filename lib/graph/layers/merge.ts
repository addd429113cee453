/** Layers with several inputs. */
import type { Value } from '../graph';
import { concat, reshape } from '../ops/array';
import { like } from '../ops/cast';
import { add, addN, maximum, minimum, mul } from '../ops/math';
import { sameShape, shapeText } from '../types';
import { lowers, type Lowering } from './lowering';

/**
 * Inputs of one rank, as in Keras and tfjs: axes of size 1 go in behind the batch, so that [n, c] meets [n, h, w, c] as
 * [n, 1, 1, c]. Axes of size 1 are then broadcast.
 */
function aligned(inputs: readonly Value[], { refuse }: Lowering): Value[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return inputs.map((x) => {
    const [n, ...inner] = x.shape;
    const missing = rank - x.shape.length;
    const y = missing === 0 ? x : reshape(x, [n, ...new Array<number>(missing).fill(1), ...inner]);
    inputs.forEach((other) => {
      const fits = other.shape
        .slice(1)
        .reverse()
        .every((dim, i) => {
          const own = y.shape[rank - 1 - i];
          return dim === own || dim === 1 || own === 1;
        });
      if (!fits) refuse(`its inputs ${shapeText(x.shape)} and ${shapeText(other.shape)} do not broadcast`);
    });
    return y;
  });
}

function lowersMerge(className: string, merge: (inputs: readonly Value[]) => Value): void {
  lowers(className, (inputs, layer) => merge(aligned(inputs, layer)));
}

function sumOf(inputs: readonly Value[]): Value {
  const alike = inputs.every(({ shape }) => sameShape(shape, inputs[0].shape));
  return alike ? addN(inputs) : inputs.reduce(add);
}

lowersMerge('Add', sumOf);
lowersMerge('Multiply', (inputs) => inputs.reduce(mul));
lowersMerge('Average', (inputs) => {
  const sum = sumOf(inputs);
  return mul(sum, like(sum, 1 / inputs.length));
});
lowersMerge('Maximum', (inputs) => inputs.reduce(maximum));
lowersMerge('Minimum', (inputs) => inputs.reduce(minimum));

lowers('Concatenate', (inputs, { config }) => concat(inputs, config.number('axis')));
