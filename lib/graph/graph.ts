import { GraphError } from './errors';
import type { Attrs, DType, Shape } from './types';

/** One output of a node, which other nodes take as input. Its type and shape are known while the graph is built. */
export class Value {
  constructor(
    readonly node: Node,
    /** Index among the node's outputs. */
    readonly index: number,
    readonly dtype: DType,
    readonly shape: Shape,
  ) {}

  get graph(): Graph {
    return this.node.graph;
  }

  /** The name that NodeDefs and signatures use: `conv/Conv2D:0`. */
  get ref(): string {
    return `${this.node.name}:${this.index}`;
  }
}

/** One TensorFlow operation. The functions in `ops/` make nodes; they know what inputs each operation takes. */
export class Node {
  readonly outputs: readonly Value[];

  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly op: string,
    readonly inputs: readonly Value[],
    readonly attrs: Attrs,
    /** Nodes that must run before this one. */
    readonly control: readonly Node[],
    outputs: readonly OutputType[],
    /** Replaces the operation's gradient rule. */
    readonly gradient?: OwnGradient,
  ) {
    this.outputs = outputs.map(({ dtype, shape }, index) => new Value(this, index, dtype, shape));
  }

  /** The first output; most operations have no other. */
  get output(): Value {
    return this.outputs[0];
  }
}

export interface OutputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * The gradient of a value with respect to everything it was computed from, for cases where a formula worked out by hand
 * is cheaper than going back through the operations.
 */
export interface OwnGradient {
  /** The values it was computed from. */
  readonly inputs: readonly Value[];
  /** @returns the gradients with respect to `inputs`, given the gradient with respect to the value */
  readonly rule: (gradient: Value) => readonly Value[];
}

export interface NodeSpec {
  readonly op: string;
  /** Defaults to the operation's name. A number is added if the name is taken. */
  readonly name?: string;
  readonly inputs?: readonly Value[];
  readonly attrs?: Attrs;
  readonly control?: readonly Node[];
  readonly outputs?: readonly OutputType[];
  readonly gradient?: OwnGradient;
}

/** A function that callers can run: the values to feed and the values to fetch. */
export interface Signature {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/**
 * A TensorFlow graph under construction. A node can only use nodes that already exist, so `nodes` is always in an order
 * in which they could run; the one exception is the end of a loop, which leads back to its beginning.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly signatures = new Map<string, Signature>();
  readonly #taken = new Map<string, number>();
  #scope = '';
  #start: Node | null = null;

  /** Puts the names of all nodes that `build` adds under `name/`, as TensorFlow's own tools do. Can be nested. */
  within<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${nameable(name)}/`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Leaves all scopes while `build` adds nodes. */
  outside<T>(build: () => T): T {
    const outer = this.#scope;
    this.#scope = '';
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Makes each node without inputs that `build` adds wait for `start`. In a loop, it would run outside otherwise. */
  startingWith<T>(start: Node, build: () => T): T {
    const outer = this.#start;
    this.#start = start;
    try {
      return build();
    } finally {
      this.#start = outer;
    }
  }

  add({ op, name = op, inputs = [], attrs = {}, control = [], outputs = [], gradient }: NodeSpec): Node {
    for (const input of inputs) {
      if (input.graph !== this) this.refuse(op, `the input ${input.ref} belongs to another graph`);
    }
    const before = this.#start && inputs.length === 0 ? [...control, this.#start] : control;
    const node = new Node(this, this.#unique(name), op, inputs, attrs, before, outputs, gradient);
    this.nodes.push(node);
    return node;
  }

  /** Gives a node of a loop an input that is computed later than the node itself. */
  close(node: Node, input: number, value: Value): void {
    (node.inputs as Value[])[input] = value;
  }

  /**
   * Adds a signature. All of its outputs are fetched; an effect without a value is reached through an output that
   * depends on it.
   */
  offer(name: string, signature: Signature): void {
    if (this.signatures.has(name)) throw new GraphError(`There is a signature "${name}" already`);
    if (signature.outputs.length === 0) throw new GraphError(`The signature "${name}" has no output`);
    this.signatures.set(name, signature);
  }

  /** Reports a node that TensorFlow would not run. @throws GraphError always */
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

/** TensorFlow allows letters, digits and a few signs in names; every other character becomes `_`. */
function nameable(name: string): string {
  const cleaned = name.replace(/[^A-Za-z0-9_.\-/]/g, '_');
  return /^[A-Za-z0-9.]/.test(cleaned) ? cleaned : `.${cleaned}`;
}
