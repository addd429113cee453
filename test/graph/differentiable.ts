/** A function as this library builds it and as tfjs has it, for comparing their gradients. */
import { Graph, type Value } from '../../lib/graph/graph';
import { gradients } from '../../lib/graph/gradients';
import { identity } from '../../lib/graph/ops/array';
import { sum } from '../../lib/graph/ops/broadcast';
import { placeholder } from '../../lib/graph/ops/constant';
import { mul } from '../../lib/graph/ops/math';
import { Session } from '../../lib/graph/session';
import { Random } from '../../lib/data/random';
import { tf } from '../../lib/runtime/tensorflow';

export interface Differentiable {
  /** Shapes of the inputs with respect to which it is differentiated. */
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** The same in tfjs; null where tfjs has no such function with a gradient. */
  readonly tfjs: ((...inputs: tf.Tensor[]) => tf.Tensor) | null;
  /** Why finite differences don't apply. */
  readonly constants?: string;
  /** Why this device can't compute it, as `test` takes it. */
  readonly skip?: string | false;
  /** What the inputs are drawn from. Defaults to -1 to 1. */
  readonly range?: readonly [number, number];
}

export interface Gradients {
  /** Of the function and its gradients. */
  readonly graph: Graph;
  readonly ours: readonly Float32Array[];
  readonly tfjs: readonly Float32Array[] | null;
  /** By central differences of our own forward pass. */
  readonly differences: readonly Float32Array[];
}

/** All gradients of the sum of f's values, each times a number of its own: a plain sum would hide mix-ups. */
export async function gradientsOf(f: Differentiable, seed = 1): Promise<Gradients> {
  const graph = new Graph();
  const inputs = f.shapes.map((shape, i) => placeholder(graph, `input${i}`, 'float32', shape));
  const output = f.build(...inputs);
  const shares = placeholder(graph, 'shares', 'float32', output.shape);
  const loss = sum(mul(output, shares));
  const found = gradients(loss, inputs).map((gradient, i) => {
    if (!gradient) throw new Error(`no gradient for input ${i}`);
    return identity(gradient);
  });
  graph.offer('loss', { inputs: [...inputs, shares], outputs: [loss] });
  graph.offer('gradients', { inputs: [...inputs, shares], outputs: found });
  const session = await Session.load(graph);
  try {
    const random = new Random(seed);
    const draw = (shape: readonly number[], low: number, high: number): tf.Tensor => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        random.between(low, high),
      );
      return tf.tensor(values, [...shape]);
    };
    const [low, high] = f.range ?? [-1, 1];
    const values = f.shapes.map((shape) => draw(shape, low, high));
    const weights = draw(output.shape as readonly number[], -1, 1);
    const lossAt = (at: readonly tf.Tensor[]): number =>
      session.run('loss', [...at, weights])[0].dataSync()[0];
    return {
      graph,
      ours: session.run('gradients', [...values, weights]).map(read),
      tfjs: f.tfjs && tfjsGradients(f.tfjs, values, weights),
      differences: values.map((_, i) => differences(lossAt, values, i)),
    };
  } finally {
    session.dispose();
  }
}

function tfjsGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  values: tf.Tensor[],
  weights: tf.Tensor,
): Float32Array[] {
  return tf
    .grads((...inputs: tf.Tensor[]) => tf.sum(tf.mul(f(...inputs), weights)))(values)
    .map(read);
}

const nudge = 1e-2;

function differences(
  lossAt: (at: tf.Tensor[]) => number,
  values: readonly tf.Tensor[],
  input: number,
): Float32Array {
  const start = values[input].dataSync() as Float32Array;
  return start.map((_, j) => {
    const [above, below] = [nudge, -nudge].map((by) => {
      const moved = start.slice();
      moved[j] += by;
      const at = [...values];
      at[input] = tf.tensor(moved, values[input].shape);
      return lossAt(at);
    });
    return (above - below) / (2 * nudge);
  });
}

function read(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync().slice() as Float32Array;
}

/** The largest difference, as a share of the largest value (or of 1, where all are smaller than that). */
export function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let off = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i] - expected[i]);
    off = Number.isNaN(difference) ? Infinity : Math.max(off, difference);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return off / scale;
}
