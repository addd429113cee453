import type { Graph, Value } from './graph';
import { concat, reshape, split } from './ops/array';
import { Variable } from './ops/variable';

/** An array that is kept from step to step. */
export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * One variable for several arrays, end to end. A network has dozens of weights of a few numbers each, and handing
 * out a piece of work costs TensorFlow more than adding up some hundred numbers: what is done to all of them alike is
 * done once. A store of one part is that part's variable, in its own shape.
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

  /** The other way round. */
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
