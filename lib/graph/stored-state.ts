/** State that outlives a step: images, weights and the optimizer's slots, with signatures to write and read them. */
import type { Graph, Node, Value } from './graph';
import { arrayInputs, packedSize } from './input';
import { identity } from './ops/array';
import { floatsOf } from './ops/bits';
import { scalar } from './ops/cast';
import { placeholder } from './ops/constant';
import { Variable } from './ops/variable';
import { signature } from './signatures';
import type { Store } from './store';
import type { TrainingGraphOptions } from './training-options';

/** The images to train on. */
export interface TrainingData {
  /** The bits that `packImages` makes, in a type that a GPU has variables of; float32 [images, packed] */
  readonly images: Variable;
  /** The bits of int32, likewise; float32 [images] */
  readonly classes: Variable;
  /** How much each image counts in the loss; float32 [images]. Null if all count alike. */
  readonly weights: Variable | null;
  /** What the model takes beside the images, in the order of `arrayInputs`; float32 [images, ...] */
  readonly arrays: readonly Variable[];
}

/**
 * Offers `writeImages`: images as `packImages` makes them, int32 [images, packed], their classes, their weights if any, and
 * their arrays → a scalar
 */
export function offerImages(
  graph: Graph,
  options: Pick<TrainingGraphOptions, 'imageCount' | 'imageShape' | 'inputs' | 'weighted'>,
): TrainingData {
  const { imageCount, imageShape, inputs, weighted } = options;
  const data: TrainingData = graph.within('data', () => ({
    images: new Variable(graph, 'images', 'float32', [imageCount, packedSize(imageShape)]),
    classes: new Variable(graph, 'classes', 'float32', [imageCount]),
    weights: weighted ? new Variable(graph, 'image_weights', 'float32', [imageCount]) : null,
    arrays: arrayInputs(inputs).map(
      ({ name, shape }) => new Variable(graph, `input_${name}`, 'float32', [imageCount, ...shape]),
    ),
  }));
  graph.within(signature.writeImages, () => {
    const { images, classes, weights, arrays } = data;
    const bits = [images, classes];
    const numbers = [...(weights ? [weights] : []), ...arrays];
    const values = [
      ...bits.map(({ shape }) => placeholder(graph, 'value', 'int32', shape)),
      ...numbers.map(({ dtype, shape }) => placeholder(graph, 'value', dtype, shape)),
    ];
    const done = [...bits, ...numbers].map((each, i) =>
      each.assign(i < bits.length ? floatsOf(values[i]) : values[i]),
    );
    graph.offer(signature.writeImages, { inputs: values, outputs: [written(graph, done)] });
  });
  return data;
}

/** Offers `write`: a value for each part of the stores → a scalar; and `read`: nothing → those values. */
export function offerStores(graph: Graph, write: string, read: string, stores: readonly Store[]): void {
  graph.within(write, () => {
    const inputs = stores.map(({ parts }) =>
      parts.map(({ shape }) => placeholder(graph, 'value', 'float32', shape)),
    );
    const done = stores.map((store, i) => store.variable.assign(store.join(inputs[i])));
    graph.offer(write, { inputs: inputs.flat(), outputs: [written(graph, done)] });
  });
  graph.within(read, () => {
    const outputs = stores.flatMap((store) => store.split(store.variable.read()));
    graph.offer(read, { inputs: [], outputs: outputs.map((value) => identity(value)) });
  });
}

/** A scalar that is computed after the nodes of `done` have run, since a signature must have an output. */
export function written(graph: Graph, done: readonly Node[]): Value {
  return identity(scalar(graph, 0), 'written', done);
}
