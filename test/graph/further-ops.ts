/** Gradient cases of the operations that losses, layers and optimizers of one's own are made of; run by ops.test.ts. */
import type { Graph, Value } from '../../lib/graph/graph';
import * as array from '../../lib/graph/ops/array';
import { batchMatMul } from '../../lib/graph/ops/batch-mat-mul';
import { constant } from '../../lib/graph/ops/constant';
import * as elementary from '../../lib/graph/ops/elementary';
import * as gather from '../../lib/graph/ops/gather';
import * as layout from '../../lib/graph/ops/layout';
import * as math from '../../lib/graph/ops/math';
import * as reduce from '../../lib/graph/ops/reduce';
import * as resize from '../../lib/graph/ops/resize';
import * as softmax from '../../lib/graph/ops/softmax';
import { conv2dTranspose } from '../../lib/graph/ops/transposed-convolution';
import { tf } from '../../lib/runtime/tensorflow';
import type { Differentiable } from './differentiable';

const images = [2, 5, 4, 3];
const positive = [0.5, 2] as const;
/** All of these are rounded alike, and no step of a finite difference leaves them. */
const betweenIntegers = [1.1, 1.4] as const;

function elementwise(
  build: (x: Value) => Value,
  tfjs: (x: tf.Tensor) => tf.Tensor,
  range?: readonly [number, number],
): Differentiable {
  return { shapes: [[3, 4]], build, tfjs, ...(range && { range }) };
}

const images4d = (tensor: tf.Tensor): tf.Tensor4D => tensor as tf.Tensor4D;

/** Every second one holds. bool of the given shape */
function everySecond(graph: Graph, shape: readonly number[]): Value {
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 2);
  return math.greater(
    constant(graph, { dtype: 'float32', shape, values }),
    constant(graph, { dtype: 'float32', shape: [], values: [0.5] }),
  );
}

function ints(graph: Graph, shape: readonly number[], values: readonly number[]): Value {
  return constant(graph, { dtype: 'int32', shape, values });
}

const flags = [false, true];

/** a·b with either factor transposed, or both. */
function products(multiply: typeof batchMatMul, lead: readonly number[]): Record<string, Differentiable> {
  const each = flags.flatMap((a) =>
    flags.map((b): [string, Differentiable] => [
      `${a ? 'aᵀ' : 'a'}·${b ? 'bᵀ' : 'b'}`,
      {
        shapes: [
          [...lead, ...(a ? [4, 3] : [3, 4])],
          [...lead, ...(b ? [2, 4] : [4, 2])],
        ],
        build: (x, y) => multiply(x, y, { a, b }),
        tfjs: (x, y) => tf.matMul(x, y, a, b),
      },
    ]),
  );
  return Object.fromEntries(each);
}

function runningSums(): Record<string, Differentiable> {
  const each = flags.flatMap((exclusive) =>
    flags.map((reverse): [string, Differentiable] => [
      `${exclusive ? 'exclusive' : 'inclusive'}, ${reverse ? 'from the end' : 'from the start'}`,
      {
        shapes: [[2, 4]],
        build: (x) => layout.cumsum(x, -1, { exclusive, reverse }),
        tfjs: (x) => tf.cumsum(x, 1, exclusive, reverse),
      },
    ]),
  );
  return Object.fromEntries(each);
}

export const furtherOps: Record<string, Record<string, Differentiable>> = {
  MatMul: products(math.matMul, []),
  BatchMatMulV2: products(batchMatMul, [2, 3]),
  Floor: { plain: elementwise(math.floor, tf.floor, betweenIntegers) },
  Ceil: { plain: elementwise(elementary.ceil, tf.ceil, betweenIntegers) },
  Round: { plain: elementwise(elementary.round, tf.round, betweenIntegers) },
  Sign: { plain: elementwise(math.sign, tf.sign, positive) },
  Log1p: { plain: elementwise(elementary.log1p, tf.log1p, positive) },
  Expm1: { plain: elementwise(elementary.expm1, tf.expm1) },
  Sin: { plain: elementwise(elementary.sin, tf.sin, [-4, 4]) },
  Cos: { plain: elementwise(elementary.cos, tf.cos, [-4, 4]) },
  Reciprocal: { plain: elementwise(elementary.reciprocal, tf.reciprocal, positive) },
  Rsqrt: { plain: elementwise(elementary.rsqrt, tf.rsqrt, positive) },
  Pow: {
    broadcast: { shapes: [[2, 3], [3]], build: math.pow, tfjs: tf.pow, range: positive },
    'negative numbers to the power of 3': elementwise(
      (x) => elementary.power(x, 3),
      (x) => tf.pow(x, 3),
      [-2, -0.5],
    ),
  },
  SelectV2: {
    plain: {
      shapes: [
        [4, 3],
        [4, 3],
      ],
      build: (a, b) => math.select(everySecond(a.graph, [4, 3]), a, b),
      tfjs: (a, b) =>
        tf.where(
          tf.tensor2d(
            Array.from({ length: 12 }, (_, i) => i % 2 === 1),
            [4, 3],
            'bool',
          ),
          a,
          b,
        ),
    },
    // tfjs 4.22 gives broadcast inputs a gradient of the result's shape, and fails.
    'all three broadcast': {
      shapes: [[4, 1], [5]],
      build: (a, b) => math.select(everySecond(a.graph, [3, 1, 5]), a, b),
      tfjs: null,
    },
  },
  StopGradient: {
    'of one factor': {
      shapes: [[3, 4]],
      build: (x) => math.mul(x, elementary.stopGradient(x)),
      tfjs: (x) => tf.mul(x, asConstant(x)),
      constants: 'a finite difference moves both factors',
    },
    'in logSumExp': {
      shapes: [[3, 4, 2]],
      build: (x) => softmax.logSumExp(x, [0, -1]),
      tfjs: (x) => tf.logSumExp(x, [0, 2]),
      range: [-20, 20],
    },
    'in logSumExp, axis kept': {
      shapes: [[3, 4]],
      build: (x) => softmax.logSumExp(x, [1], true),
      tfjs: (x) => tf.logSumExp(x, 1, true),
    },
  },
  LogSoftmax: { plain: elementwise(softmax.logSoftmax, (x) => tf.logSoftmax(x)) },
  Min: {
    'two axes': { shapes: [images], build: (x) => reduce.min(x, [1, -2]), tfjs: (x) => tf.min(x, [1, 2]) },
  },
  Sqrt: {
    'in norm': {
      shapes: [[3, 4]],
      build: (x) => reduce.norm(x, [-1], true),
      tfjs: (x) => tf.norm(x, 2, 1, true),
    },
  },
  Slice: {
    middle: {
      shapes: [images],
      build: (x) => array.slice(x, [0, 1, 2, 0], [2, 3, 2, 2]),
      tfjs: (x) => tf.slice(x, [0, 1, 2, 0], [2, 3, 2, 2]),
    },
  },
  Pack: {
    'first axis': {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (a, b) => array.pack([a, b, a]),
      tfjs: (a, b) => tf.stack([a, b, a]),
    },
    'last axis': {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (a, b) => array.pack([a, b], -1),
      tfjs: (a, b) => tf.stack([a, b], 2),
    },
  },
  Unpack: {
    'a part unused': {
      shapes: [[2, 3, 4]],
      build: (x) => {
        const [first, , third] = array.unpack(x, 1);
        return math.mul(first, third);
      },
      tfjs: (x) => {
        const [first, , third] = tf.unstack(x, 1);
        return tf.mul(first, third);
      },
    },
  },
  GatherV2: {
    'rows, one of them twice': {
      shapes: [[4, 3]],
      build: (x) => gather.gather(x, ints(x.graph, [2, 2], [3, 1, 3, 0])),
      tfjs: (x) => tf.gather(x, tf.tensor2d([3, 1, 3, 0], [2, 2], 'int32')),
    },
    // tfjs has no gradient for it.
    'of each row its own': {
      shapes: [[2, 4, 3]],
      build: (x) => gather.gatherRows(x, ints(x.graph, [2, 3], [3, 1, 3, 0, 2, 0])),
      tfjs: null,
    },
  },
  Transpose: {
    'four axes': {
      shapes: [images],
      build: (x) => layout.transpose(x, [0, 3, 1, 2]),
      tfjs: (x) => tf.transpose(x, [0, 3, 1, 2]),
    },
    reversed: { shapes: [[2, 3, 4]], build: (x) => layout.transpose(x), tfjs: (x) => tf.transpose(x) },
  },
  Tile: {
    'two axes of three': {
      shapes: [[2, 3, 2]],
      build: (x) => layout.tile(x, [2, 1, 3]),
      tfjs: (x) => tf.tile(x, [2, 1, 3]),
    },
  },
  Cumsum: {
    ...runningSums(),
    // tfjs 4.22 gives all but the last axis a gradient of another shape, and fails.
    'middle axis': { shapes: [[2, 4, 3]], build: (x) => layout.cumsum(x, 1), tfjs: null },
  },
  ResizeBilinear: {
    "as tfjs's layers do it": {
      shapes: [images],
      build: (x) => resize.resizeBilinear(x, [10, 6]),
      tfjs: (x) => tf.image.resizeBilinear(images4d(x), [10, 6]),
    },
    // tfjs's gradient has no half-pixel centers.
    'by the centers of pixels': {
      shapes: [images],
      build: (x) => resize.resizeBilinear(x, [10, 6], { halfPixelCenters: true }),
      tfjs: null,
    },
  },
  ResizeNearestNeighbor: {
    larger: {
      shapes: [images],
      build: (x) => resize.resizeNearest(x, [10, 12]),
      tfjs: (x) => tf.image.resizeNearestNeighbor(images4d(x), [10, 12]),
    },
    'whole blocks': {
      shapes: [images],
      build: (x) => resize.repeatPixels(x, [2, 3]),
      tfjs: (x) => tf.image.resizeNearestNeighbor(images4d(x), [10, 12]),
    },
  },
  Conv2DBackpropInput: {
    'same padding, stride 2': {
      shapes: [
        [2, 3, 2, 4],
        [3, 2, 3, 4],
      ],
      build: (x, k) => conv2dTranspose(x, k, [6, 4], { strides: [2, 2], padding: 'SAME' }),
      tfjs: (x, k) => tf.conv2dTranspose(images4d(x), images4d(k), [2, 6, 4, 3], 2, 'same'),
    },
    'no padding, other strides along and across': {
      shapes: [
        [2, 3, 2, 4],
        [2, 2, 3, 4],
      ],
      build: (x, k) => conv2dTranspose(x, k, [4, 4], { strides: [1, 2], padding: 'VALID' }),
      tfjs: (x, k) => tf.conv2dTranspose(images4d(x), images4d(k), [2, 4, 4, 3], [1, 2], 'valid'),
    },
  },
};

/** The tensor as tfjs's autodiff sees a constant. */
function asConstant(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((...values) => {
    const [value] = values as tf.Tensor[];
    return { value: tf.clone(value), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  })(x);
}
