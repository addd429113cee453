/** State that outlives a step: images, weights and the optimizer's slots, with signatures to write and read them. */
import type { Graph, Node, Value } from './graph';
import { packedSize, type ImageShape } from './input';
import { floatsOf, identity } from './ops/array';
import { scalar } from './ops/cast';
import { placeholder } from './ops/constant';
import { Variable } from './ops/variable';
import { signature } from './signatures';
import type { Store } from './store';

/** The images to train on. */
export interface TrainingData {
  /** The bits that `packImages` makes, in a type that a GPU has variables of; float32 [images, packed] */
  readonly images: Variable;
  /** int32 [images] */
  readonly classes: Variable;
}

/** Offers `writeImages`: images as `packImages` makes them, int32 [images, packed], and their classes → a scalar */
export function offerImages(graph: Graph, imageCount: number, imageShape: ImageShape): TrainingData {
  const [images, classes] = graph.within('data', () => [
    new Variable(graph, 'images', 'float32', [imageCount, packedSize(imageShape)]),
    new Variable(graph, 'classes', 'int32', [imageCount]),
  ]);
  graph.within(signature.writeImages, () => {
    const inputs = [images, classes].map(({ shape }) => placeholder(graph, 'value', 'int32', shape));
    const done = [images.assign(floatsOf(inputs[0])), classes.assign(inputs[1])];
    graph.offer(signature.writeImages, { inputs, outputs: [written(graph, done)] });
  });
  return { images, classes };
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
