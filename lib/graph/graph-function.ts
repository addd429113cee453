/** Functions of arrays that are made of the engine's operations, outside of any training: to look at what a graph does. */
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { building, type Operations } from './custom/part';
import { Graph, type Node, type Value } from './graph';
import * as operations from './operations';
import { identity } from './ops/array';
import { placeholder } from './ops/constant';
import { Session } from './session';
import { isStatic, sizeOf, typeText, type Shape } from './types';

/** A shape, of float32; or a type and a shape. */
export type InputType =
  | readonly number[]
  | { readonly dtype: 'float32' | 'int32'; readonly shape: readonly number[] };

const signature = 'call';

/** A graph of operations as a function: numbers in, numbers out, row by row. */
export class GraphFunction<Input extends string, Output extends string> {
  readonly #session: Session;
  readonly #inputs: readonly (readonly [Input, Value])[];
  readonly #outputs: readonly Output[];

  /** @param nodes the operations, each after its inputs */
  constructor(
    session: Session,
    inputs: readonly (readonly [Input, Value])[],
    outputs: readonly Output[],
    readonly nodes: readonly Node[],
  ) {
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** @throws UserError for an input with another number of values than its shape has */
  run(values: Readonly<Record<Input, ArrayLike<number>>>): Record<Output, Float32Array> {
    const feeds = this.#inputs.map(([name, input]) => feed(name, input, values[name]));
    const results = this.#session.run(signature, feeds);
    const read = results.map(
      (tensor, i) => [this.#outputs[i], Float32Array.from(tensor.dataSync())] as const,
    );
    tf.dispose([feeds, results]);
    return Object.fromEntries(read) as Record<Output, Float32Array>;
  }

  dispose(): void {
    this.#session.dispose();
  }
}

/**
 * Builds a function from operations, and loads it into TensorFlow.
 * @param inputs the type of each input, by name
 * @param build gets a value for each input, and all operations; gives the outputs by name
 * @throws UserError if an operation does not take its inputs, or an output is missing, as is the gradient of a loss by
 *   something that it does not depend on
 */
export async function graphFunction<Input extends string, Output extends string>(
  inputs: Readonly<Record<Input, InputType>>,
  build: (
    values: Readonly<Record<Input, Value>>,
    g: Operations,
  ) => Readonly<Record<Output, Value | undefined>>,
): Promise<GraphFunction<Input, Output>> {
  const graph = new Graph();
  const names = Object.keys(inputs) as Input[];
  const fed = names.map((name) => {
    const type = inputs[name];
    const { dtype, shape } = 'shape' in type ? type : ({ dtype: 'float32', shape: type } as const);
    return [name, placeholder(graph, name, dtype, shape)] as const;
  });
  const built = building('The function', () =>
    build(Object.fromEntries(fed) as Record<Input, Value>, operations),
  );
  // The graph as it was written, without the copies that are fetched.
  const nodes = [...graph.nodes];
  const outputs = Object.keys(built) as Output[];
  const fetched = outputs.map((name) => {
    const value = built[name];
    if (value) return identity(value, name);
    throw new UserError(`The function has no value for its output "${name}": nothing was computed for it.`);
  });
  graph.offer(signature, { inputs: fed.map(([, value]) => value), outputs: fetched });
  return new GraphFunction(await Session.load(graph), fed, outputs, nodes);
}

function feed(name: string, input: Value, values: ArrayLike<number>): tf.Tensor {
  const shape: Shape = input.shape;
  if (!isStatic(shape) || values.length !== sizeOf(shape)) {
    throw new UserError(
      `The input "${name}" is ${typeText(input)}, and ${values.length} numbers do not fill it.`,
    );
  }
  return tf.tensor(Array.from(values), [...shape], input.dtype === 'int32' ? 'int32' : 'float32');
}
