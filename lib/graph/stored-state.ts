/** State that outlives a step: images, weights and the optimizer's slots, with signatures to write and read them. */
import type { Graph, Node, Value } from './graph';
import { arrayInputs, inOrder, packedSize, scaleImages, unpackImages } from './input';
import { concat, identity } from './ops/array';
import { floatsOf } from './ops/bits';
import { scalar } from './ops/cast';
import { placeholder } from './ops/constant';
import { Variable } from './ops/variable';
import { signature } from './signatures';
import type { Store } from './store';
import type { TrainingGraphOptions } from './training-options';

/** The images to train on, and after them those that are held out. */
export interface TrainingData {
  /** The bits that `packImages` makes, in a type that a GPU has variables of; float32 [images, packed] */
  readonly images: Variable;
  /** The bits of int32, likewise; float32 [images] */
  readonly classes: Variable;
  /** How much each image to train on counts in the loss; float32 [images to train on]. Null if all count alike. */
  readonly weights: Variable | null;
  /** What the model takes beside the images, in the order of `arrayInputs`; float32 [images, ...] */
  readonly arrays: readonly Variable[];
}

/**
 * Offers `writeImages`: images as `packImages` makes them, int32 [images, packed], their classes and their arrays; the same
 * of the images that are held out, if any; and the weights of those to train on, if any → a scalar
 */
export function offerImages(
  graph: Graph,
  options: Pick<TrainingGraphOptions, 'imageCount' | 'heldOutCount' | 'imageShape' | 'inputs' | 'weighted'>,
): TrainingData {
  const { imageCount, heldOutCount = 0, imageShape, inputs, weighted } = options;
  const count = imageCount + heldOutCount;
  const data: TrainingData = graph.within('data', () => ({
    images: new Variable(graph, 'images', 'float32', [count, packedSize(imageShape)]),
    classes: new Variable(graph, 'classes', 'float32', [count]),
    weights: weighted ? new Variable(graph, 'image_weights', 'float32', [imageCount]) : null,
    arrays: arrayInputs(inputs).map(
      ({ name, shape }) => new Variable(graph, `input_${name}`, 'float32', [count, ...shape]),
    ),
  }));
  graph.within(signature.writeImages, () => {
    const { images, classes, weights, arrays } = data;
    const bits = [images, classes];
    const stored = [...bits, ...arrays];
    const sets = [imageCount, ...(heldOutCount > 0 ? [heldOutCount] : [])].map((size) =>
      stored.map(({ shape }, i) =>
        placeholder(graph, 'value', i < bits.length ? 'int32' : 'float32', [size, ...shape.slice(1)]),
      ),
    );
    const done = stored.map((each, i) => {
      const values = sets.map((set) => (i < bits.length ? floatsOf(set[i]) : set[i]));
      return each.assign(values.length === 1 ? values[0] : concat(values, 0));
    });
    const fed = weights ? [placeholder(graph, 'value', 'float32', weights.shape)] : [];
    if (weights) done.push(weights.assign(fed[0]));
    graph.offer(signature.writeImages, {
      inputs: [...sets.flat(), ...fed],
      outputs: [written(graph, done)],
    });
  });
  return data;
}

/**
 * What a model takes of the images at `indices`, int32 [n], in the order of its inputs: as they are, without augmentation.
 */
export function plainInputs(
  { images, arrays }: TrainingData,
  indices: Value,
  { imageShape, normalisation, inputs }: TrainingGraphOptions,
): readonly Value[] {
  const pixels = scaleImages(unpackImages(images.gather(indices), imageShape), normalisation);
  return inOrder(
    inputs,
    pixels,
    arrays.map((array) => array.gather(indices)),
  );
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
