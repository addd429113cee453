import type { Graph, Value } from './graph';
import { concat, reshape, split } from './ops/array';
import { Variable } from './ops/variable';

/** An array that persists from step to step. */
export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * One variable that holds several arrays, end to end. A network has dozens of small weights, and starting an operation
 * costs TensorFlow more than adding a few hundred numbers, so the same update is done once for all of them. A store with
 * a single part keeps that part's shape.
 */
export class Store {
  readonly variable: Variable;

  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly parts: readonly Part[],
  ) {
    const total = parts.reduce((sum, { shape }) => sum + size(shape), 0);
    const shape = parts.length === 1 ? parts[0].shape : [total];
    this.variable = new Variable(graph, name, 'float32', shape);
  }

  /** @param values one for each part, in their order */
  join(values: readonly Value[]): Value {
    if (values.length === 1) return values[0];
    return concat(
      values.map((value, i) => reshape(value, [size(this.parts[i].shape)])),
      0,
    );
  }

  /** The inverse of `join`. */
  split(whole: Value): readonly Value[] {
    if (this.parts.length === 1) return [whole];
    const stretches = split(
      whole,
      this.parts.map(({ shape }) => size(shape)),
      0,
    );
    return stretches.map((stretch, i) => reshape(stretch, this.parts[i].shape));
  }
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
