import { GraphError } from './errors';
import type { Attrs, DType, Shape } from './types';

/** One output of a node: what other nodes take as input. Its type and shape are known while building. */
export class Value {
  constructor(
    readonly node: Node,
    /** Which of the node's outputs. */
    readonly index: number,
    readonly dtype: DType,
    readonly shape: Shape,
  ) {}

  get graph(): Graph {
    return this.node.graph;
  }

  /** As a NodeDef names its inputs, and a signature its tensors: `conv/Conv2D:0`. */
  get ref(): string {
    return `${this.node.name}:${this.index}`;
  }
}

/** One operation of TensorFlow. Made by the functions in `ops/`, which know what each operation takes. */
export class Node {
  readonly outputs: readonly Value[];

  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly op: string,
    readonly inputs: readonly Value[],
    readonly attrs: Attrs,
    /** Nodes that have to have run before this one does. */
    readonly control: readonly Node[],
    outputs: readonly OutputType[],
    /** In the place of the operation's rule. */
    readonly gradient?: OwnGradient,
  ) {
    this.outputs = outputs.map(({ dtype, shape }, index) => new Value(this, index, dtype, shape));
  }

  /** The first output, for the many operations that have no other. */
  get output(): Value {
    return this.outputs[0];
  }
}

export interface OutputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * How gradients pass over everything that a value was computed by, where the one worked out by hand is cheaper than
 * that of the operations.
 */
export interface OwnGradient {
  /** What the value was computed from. */
  readonly inputs: readonly Value[];
  /** @returns the gradients with respect to `inputs`, from that with respect to the value */
  readonly rule: (gradient: Value) => readonly Value[];
}

export interface NodeSpec {
  readonly op: string;
  /** The operation's own name unless told. Made unique by a number where it is taken. */
  readonly name?: string;
  readonly inputs?: readonly Value[];
  readonly attrs?: Attrs;
  readonly control?: readonly Node[];
  readonly outputs?: readonly OutputType[];
  readonly gradient?: OwnGradient;
}

/** What a caller may run: values to feed, values to fetch. */
export interface Signature {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/**
 * A TensorFlow graph under construction. Nodes can only take what exists already, so `nodes` is always in an
 * order in which they could run.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly signatures = new Map<string, Signature>();
  readonly #taken = new Map<string, number>();
  #scope = '';

  /** Names everything that `build` adds `name/...`, as TensorFlow's own tools do; nests. */
  within<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${nameable(name)}/`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Names what `build` adds as if nothing stood around it. */
  outside<T>(build: () => T): T {
    const outer = this.#scope;
    this.#scope = '';
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  add({ op, name = op, inputs = [], attrs = {}, control = [], outputs = [], gradient }: NodeSpec): Node {
    for (const input of inputs) {
      if (input.graph !== this) this.refuse(op, `the input ${input.ref} belongs to another graph`);
    }
    const node = new Node(this, this.#unique(name), op, inputs, attrs, control, outputs, gradient);
    this.nodes.push(node);
    return node;
  }

  /**
   * Offers something to run. A signature's outputs are fetched whole; what shall only happen is fetched through
   * a value that depends on it.
   */
  offer(name: string, signature: Signature): void {
    if (this.signatures.has(name)) throw new GraphError(`There is a signature "${name}" already`);
    if (signature.outputs.length === 0) throw new GraphError(`The signature "${name}" has no output`);
    this.signatures.set(name, signature);
  }

  /** Ends the building of a node that would not run. */
  refuse(op: string, problem: string): never {
    throw new GraphError(`${this.#scope}${op}: ${problem}`);
  }

  #unique(name: string): string {
    const full = this.#scope + nameable(name);
    const count = this.#taken.get(full) ?? 0;
    this.#taken.set(full, count + 1);
    return count === 0 ? full : this.#unique(`${name}_${count}`);
  }
}

/** TensorFlow takes letters, digits, and a few signs; what a layer's name holds beyond them becomes `_`. */
function nameable(name: string): string {
  const cleaned = name.replace(/[^A-Za-z0-9_.\-/]/g, '_');
  return /^[A-Za-z0-9.]/.test(cleaned) ? cleaned : `.${cleaned}`;
}
