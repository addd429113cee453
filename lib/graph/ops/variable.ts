/** State that outlives a run of the graph: resource variables, and the operations that update them. */
import type { Graph, Node, Value } from '../graph';
import { sameShape, typeText, type Attrs, type DType, type Shape } from '../types';
import { expectType } from './check';
import { identity } from './array';

export class Variable {
  readonly handle: Value;

  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly dtype: DType,
    readonly shape: Shape,
  ) {
    const attrs: Attrs = {
      dtype: { type: dtype },
      shape: { shape },
      shared_name: { string: name },
      container: { string: '' },
    };
    const outputs = [{ dtype: 'resource', shape: [] }] as const;
    this.handle = graph.add({ op: 'VarHandleOp', name, attrs, outputs }).output;
  }

  /** The value after the nodes of `after` have run. */
  read(after: readonly Node[] = []): Value {
    return this.graph.add({
      op: 'ReadVariableOp',
      inputs: [this.handle],
      attrs: { dtype: { type: this.dtype } },
      control: after,
      outputs: [this],
    }).output;
  }

  assign(value: Value, after: readonly Node[] = []): Node {
    return this.#change('AssignVariableOp', value, after, { validate_shape: { bool: false } });
  }

  assignAdd(value: Value): Node {
    return this.#change('AssignAddVariableOp', value);
  }

  assignSub(value: Value, after: readonly Node[] = []): Node {
    return this.#change('AssignSubVariableOp', value, after);
  }

  #change(op: string, value: Value, control: readonly Node[] = [], attrs: Attrs = {}): Node {
    if (value.dtype !== this.dtype || !sameShape(value.shape, this.shape)) {
      this.graph.refuse(op, `"${this.name}" holds ${typeText(this)}, ${value.ref} is ${typeText(value)}`);
    }
    return this.graph.add({
      op,
      inputs: [this.handle, value],
      attrs: { dtype: { type: this.dtype }, ...attrs },
      control: [...control, ...kept([this])],
    });
  }

  /** The slices along the first axis at `indices`, without reading the rest. int32 [...] → [...indices, ...] */
  gather(indices: Value): Value {
    expectType('ResourceGather', indices, 'int32');
    const gathered = this.graph.add({
      op: 'ResourceGather',
      inputs: [this.handle, indices],
      attrs: {
        dtype: { type: this.dtype },
        Tindices: { type: 'int32' },
        batch_dims: { int: 0 },
        validate_indices: { bool: true },
      },
      outputs: [{ dtype: this.dtype, shape: [...indices.shape, ...this.shape.slice(1)] }],
    }).output;
    return identity(gathered);
  }
}

/**
 * One of TensorFlow's ResourceApply operations, which update a variable and its slots in place.
 * @param inputs numbers and the gradient, in the operation's order, after the variables
 */
export function resourceApply(
  op: string,
  variables: readonly Variable[],
  inputs: readonly Value[],
  attrs: Attrs = {},
): Node {
  const [{ graph, dtype }] = variables;
  return graph.add({
    op: `ResourceApply${op}`,
    inputs: [...variables.map(({ handle }) => handle), ...inputs],
    attrs: { T: { type: dtype }, use_locking: { bool: false }, ...attrs },
    control: kept(variables),
  });
}

/** The values before any change, of the variables that `keepingValues` has seen changed. */
let before: Map<Variable, Value> | null = null;

/**
 * Reads each variable that `build` adds a change to, before the first change.
 * @returns what `build` returns, and the values that were read
 */
export function keepingValues<T>(build: () => T): {
  readonly result: T;
  readonly before: ReadonlyMap<Variable, Value>;
} {
  const outer = before;
  const own = new Map<Variable, Value>();
  before = own;
  try {
    return { result: build(), before: own };
  } finally {
    before = outer;
  }
}

/** The nodes that a change of the variables must wait for. */
function kept(variables: readonly Variable[]): readonly Node[] {
  const values = before;
  if (!values) return [];
  return variables.map((variable) => {
    const value = values.get(variable) ?? variable.read();
    values.set(variable, value);
    return value.node;
  });
}
