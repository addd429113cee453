/** Layers with several inputs. */
import type { Value } from '../graph';
import { concat } from '../ops/array';
import { like } from '../ops/cast';
import { addN, maximum, minimum, mul } from '../ops/math';
import { sameShape, shapeText } from '../types';
import { lowers, type Lowering } from './lowering';

/** tfjs would broadcast. Networks rarely rely on that, but mistakes often look like it. */
function expectOneShape(inputs: readonly Value[], { refuse }: Lowering): void {
  const [first, ...others] = inputs;
  for (const { shape } of others) {
    if (!sameShape(first.shape, shape)) {
      refuse(
        `its inputs have the shapes ${shapeText(first.shape)} and ${shapeText(shape)}; equal ones can be lowered`,
      );
    }
  }
}

function lowersMerge(className: string, merge: (inputs: readonly Value[]) => Value): void {
  lowers(className, (inputs, layer) => {
    expectOneShape(inputs, layer);
    return merge(inputs);
  });
}

lowersMerge('Add', addN);
lowersMerge('Multiply', (inputs) => inputs.reduce(mul));
lowersMerge('Average', (inputs) => {
  const sum = addN(inputs);
  return mul(sum, like(sum, 1 / inputs.length));
});
lowersMerge('Maximum', (inputs) => inputs.reduce(maximum));
lowersMerge('Minimum', (inputs) => inputs.reduce(minimum));

lowers('Concatenate', (inputs, { config }) => concat(inputs, config.number('axis')));
