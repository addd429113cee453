/** Muon's update of one matrix, by the formulas of Keras 3. */
import type { Muon } from '../recipe/optimizers';
import type { Value } from './graph';
import { reshape } from './ops/array';
import { scalar } from './ops/cast';
import { add, div, matMul, mul, sqrt, sub } from './ops/math';
import { l2Loss } from './ops/reduce';
import { size } from './store';
import type { UpdateRule } from './update-rule';

/** For weights of two axes or more: all but the last are rows of the matrix. */
export function muonRule(optimizer: Muon, learningRate: Value): UpdateRule {
  const { graph } = learningRate;
  const { momentum, nesterov, iterations, scale, unitFilters = false } = optimizer;
  return {
    slots: { momentum: 0 },
    update: (weight, [slot], gradient) => {
      const shape = weight.shape as readonly number[];
      const columns = shape[shape.length - 1];
      const rows = size(shape) / columns;
      const sum = add(mul(slot.read(), scalar(graph, momentum)), gradient);
      const direction = nesterov ? add(gradient, mul(sum, scalar(graph, momentum))) : sum;
      const matrix = orthogonal(reshape(direction, [rows, columns]), iterations);
      const length = scale === null ? 1 : scale * Math.sqrt(Math.max(rows, columns));
      const change = mul(reshape(matrix, shape), mul(learningRate, scalar(graph, length)));
      if (!unitFilters) return weight.assignSub(change, [slot.assign(sum)]);
      // As it is after its decay, for which the gradient waits.
      const before = weight.read([gradient.node]);
      const unit = mul(
        before,
        div(scalar(graph, Math.sqrt(columns)), add(norm(before), scalar(graph, 1e-7))),
      );
      return weight.assign(sub(unit, change), [slot.assign(sum)]);
    },
  };
}

/** The polynomial of Jordan et al., whose slope at zero is as steep as it can be while singular values stay near 1. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * Moves the singular values of a matrix towards 1 by a Newton–Schulz iteration. float32 [rows, columns] → the same
 */
function orthogonal(matrix: Value, iterations: number): Value {
  const { graph } = matrix;
  const [rows, columns] = matrix.shape as readonly number[];
  let x = div(matrix, add(norm(matrix), scalar(graph, 1e-7)));
  for (let i = 0; i < iterations; i++) {
    // The smaller of the two squares: x stays as it is, so that it is never transposed.
    const tall = rows > columns;
    const squared = matMul(x, x, tall ? { a: true } : { b: true });
    const factor = add(mul(squared, scalar(graph, b)), mul(matMul(squared, squared), scalar(graph, c)));
    x = add(mul(x, scalar(graph, a)), tall ? matMul(x, factor) : matMul(factor, x));
  }
  return x;
}

/** The root of the sum of all squares. */
function norm(x: Value): Value {
  return sqrt(mul(l2Loss(x), scalar(x.graph, 2)));
}
