/** Every gradient rule against tfjs's autodiff and against finite differences. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasDilatedGradient } from '../../lib/graph/dilated-gradient';
import { Graph, type Value } from '../../lib/graph/graph';
import { gradients } from '../../lib/graph/gradients';
import { differentiableOps } from '../../lib/graph/gradient-rules';
import '../../lib/graph';
import * as activation from '../../lib/graph/ops/activation';
import * as array from '../../lib/graph/ops/array';
import * as broadcast from '../../lib/graph/ops/broadcast';
import * as casting from '../../lib/graph/ops/cast';
import { constant, placeholder } from '../../lib/graph/ops/constant';
import * as convolution from '../../lib/graph/ops/convolution';
import * as entropy from '../../lib/graph/ops/cross-entropy';
import * as math from '../../lib/graph/ops/math';
import * as normalisation from '../../lib/graph/ops/normalisation';
import * as pooling from '../../lib/graph/ops/pooling';
import * as reduce from '../../lib/graph/ops/reduce';
import { tf } from '../../lib/runtime/tensorflow';
import * as standard from '../../lib/graph/ops/standardise';
import { gradientsOf, worst, type Differentiable } from './differentiable';
import { furtherOps } from './further-ops';
import { missingKernels } from './gpu-placement';

const four = [2, 5, 4, 3];
const positive = [0.5, 2] as const;

function elementwise(
  build: (x: Value) => Value,
  tfjs: (x: tf.Tensor) => tf.Tensor,
  range?: readonly [number, number],
) {
  return { shapes: [[3, 4]], build, tfjs, ...(range && { range }) };
}

const images4d = (tensor: tf.Tensor): tf.Tensor4D => tensor as tf.Tensor4D;

function byTheBatch(form: typeof normalisation.fusedBatchNorm, channels: number): Differentiable {
  return {
    shapes: [[2, 3, 4, channels], [channels], [channels]],
    build: (x, scale, offset) => form(x, scale, offset, 1e-3).output,
    tfjs: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(
        images4d(x),
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      );
    },
  };
}

/** The rule of each operation is tested by the cases under its name, here and in further-ops.ts. */
const cases: Record<string, Record<string, Differentiable>> = {
  AddV2: {
    plain: {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: math.add,
      tfjs: tf.add,
    },
    broadcast: {
      shapes: [
        [2, 1, 3],
        [4, 1],
      ],
      build: math.add,
      tfjs: tf.add,
    },
  },
  Sub: { broadcast: { shapes: [[2, 3], [3]], build: math.sub, tfjs: tf.sub } },
  Mul: {
    broadcast: {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      build: math.mul,
      tfjs: tf.mul,
    },
  },
  RealDiv: { broadcast: { shapes: [[2, 3], [3]], build: math.div, tfjs: tf.div, range: positive } },
  // With broadcasting, tfjs 4.22 gives the smaller input a gradient of the larger one's shape, and fails.
  Maximum: {
    plain: {
      shapes: [
        [4, 3],
        [4, 3],
      ],
      build: math.maximum,
      tfjs: tf.maximum,
    },
    broadcast: { shapes: [[4, 3], [3]], build: math.maximum, tfjs: null },
  },
  Minimum: {
    plain: {
      shapes: [
        [4, 3],
        [4, 3],
      ],
      build: math.minimum,
      tfjs: tf.minimum,
    },
    broadcast: { shapes: [[4, 3], [3]], build: math.minimum, tfjs: null },
  },
  Neg: { plain: elementwise(math.neg, tf.neg) },
  Square: { plain: elementwise(math.square, tf.square) },
  Sqrt: { plain: elementwise(math.sqrt, tf.sqrt, positive) },
  Exp: { plain: elementwise(math.exp, tf.exp) },
  Log: { plain: elementwise(math.log, tf.log, positive) },
  Abs: { plain: elementwise(math.abs, tf.abs) },
  Erf: { plain: elementwise(math.erf, tf.erf) },
  AddN: {
    'with one of them twice': {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (a, b) => math.addN([a, b, a]),
      tfjs: (a, b) => tf.addN([a, b, a]),
    },
  },
  Identity: {
    plain: elementwise(
      (x) => array.identity(x),
      (x) => tf.clone(x),
    ),
    'with a gradient of its own: two axes standardised': {
      shapes: [four],
      build: (x) => standard.standardise(x, [1, -1], 1e-3),
      tfjs: (x) => {
        const { mean, variance } = tf.moments(x, [1, 3], true);
        return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
      },
    },
  },
  Cast: {
    'to bfloat16 and back': {
      shapes: [[2, 3]],
      build: (x) => casting.cast(casting.cast(x, 'bfloat16'), 'float32'),
      tfjs: (x) => tf.clone(x),
    },
  },
  Reshape: {
    plain: { shapes: [[2, 6]], build: (x) => array.reshape(x, [3, 4]), tfjs: (x) => tf.reshape(x, [3, 4]) },
  },
  BroadcastTo: {
    plain: {
      shapes: [[2, 1, 3]],
      build: (x) =>
        broadcast.broadcastTo(
          x,
          constant(x.graph, { dtype: 'float32', shape: [2, 4, 3], values: zeros(24) }),
        ),
      tfjs: (x) => tf.broadcastTo(x, [2, 4, 3]),
    },
  },
  ConcatV2: {
    'last axis': {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 4],
      ],
      build: (...values) => array.concat(values, -1),
      tfjs: (...values) => tf.concat(values, 1),
    },
    'first axis': {
      shapes: [
        [2, 3],
        [1, 3],
      ],
      build: (...values) => array.concat(values, 0),
      tfjs: (...values) => tf.concat(values, 0),
    },
  },
  SplitV: {
    'last axis': {
      shapes: [four],
      build: (x) => {
        const [first, second] = array.split(x, [1, 2], 3);
        return math.mul(first, second);
      },
      tfjs: (x) => {
        const [first, second] = tf.split(x, [1, 2], 3);
        return tf.mul(first, second);
      },
    },
    'a part unused': {
      shapes: [[4, 3]],
      build: (x) => array.split(x, [1, 3], 0)[1],
      tfjs: (x) => tf.split(x, [1, 3], 0)[1],
    },
  },
  Pad: {
    uneven: {
      shapes: [four],
      build: (x) =>
        array.pad(x, [
          [0, 0],
          [1, 2],
          [0, 3],
          [0, 0],
        ]),
      tfjs: (x) =>
        tf.pad(x, [
          [0, 0],
          [1, 2],
          [0, 3],
          [0, 0],
        ]),
    },
  },
  Sum: {
    'one axis': { shapes: [[2, 3, 4]], build: (x) => broadcast.sum(x, [1]), tfjs: (x) => tf.sum(x, 1) },
    all: { shapes: [[2, 3]], build: (x) => broadcast.sum(x), tfjs: (x) => tf.sum(x) },
    'axis kept': {
      shapes: [[2, 3]],
      build: (x) => broadcast.sum(x, [0], true),
      tfjs: (x) => tf.sum(x, 0, true),
    },
  },
  Mean: {
    'two axes': { shapes: [four], build: (x) => reduce.mean(x, [1, 2]), tfjs: (x) => tf.mean(x, [1, 2]) },
    all: { shapes: [[2, 3]], build: (x) => reduce.mean(x), tfjs: (x) => tf.mean(x) },
  },
  Max: {
    'two axes': { shapes: [four], build: (x) => reduce.max(x, [1, 2]), tfjs: (x) => tf.max(x, [1, 2]) },
  },
  L2Loss: {
    plain: { shapes: [[2, 3]], build: reduce.l2Loss, tfjs: (x) => tf.mul(tf.sum(tf.square(x)), 0.5) },
  },
  Relu: { plain: elementwise(activation.relu, tf.relu) },
  Relu6: { 'beyond its bounds': elementwise(activation.relu6, (x) => tf.clipByValue(x, 0, 6), [-10, 10]) },
  LeakyRelu: {
    plain: elementwise(
      (x) => activation.leakyRelu(x, 0.3),
      (x) => tf.leakyRelu(x, 0.3),
    ),
  },
  Elu: { plain: elementwise(activation.elu, tf.elu) },
  Selu: { plain: elementwise(activation.selu, tf.selu) },
  Sigmoid: {
    plain: elementwise(activation.sigmoid, tf.sigmoid),
    'in swish': elementwise(activation.swish, (x) => tf.mul(x, tf.sigmoid(x))),
    'in gelu, whose gradient is its own': elementwise(activation.gelu, (x) =>
      tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    ),
  },
  Tanh: { plain: elementwise(activation.tanh, tf.tanh) },
  Softplus: { plain: elementwise(activation.softplus, tf.softplus) },
  Softsign: { plain: elementwise(activation.softsign, (x) => tf.div(x, tf.add(tf.abs(x), 1))) },
  Softmax: { plain: elementwise(activation.softmax, (x) => tf.softmax(x)) },
  Conv2D: {
    'same padding, stride 2': {
      shapes: [four, [3, 2, 3, 2]],
      build: (x, k) => convolution.conv2d(x, k, { strides: [2, 2], padding: 'SAME' }),
      tfjs: (x, k) => tf.conv2d(images4d(x), images4d(k), 2, 'same'),
    },
    'no padding, other strides along and across': {
      shapes: [four, [2, 2, 3, 2]],
      build: (x, k) => convolution.conv2d(x, k, { strides: [1, 2], padding: 'VALID' }),
      tfjs: (x, k) => tf.conv2d(images4d(x), images4d(k), [1, 2], 'valid'),
    },
    'one pixel, stride 2, few channels': {
      shapes: [four, [1, 1, 3, 2]],
      build: (x, k) => convolution.conv2d(x, k, { strides: [2, 2], padding: 'SAME' }),
      tfjs: (x, k) => tf.conv2d(images4d(x), images4d(k), 2, 'same'),
    },
    'one pixel, stride 2, 16 channels': {
      shapes: [
        [1, 4, 4, 16],
        [1, 1, 16, 2],
      ],
      build: (x, k) => convolution.conv2d(x, k, { strides: [2, 2], padding: 'SAME' }),
      tfjs: (x, k) => tf.conv2d(images4d(x), images4d(k), 2, 'same'),
    },
    dilated: {
      shapes: [four, [2, 2, 3, 2]],
      build: (x, k) => convolution.conv2d(x, k, { strides: [1, 1], padding: 'VALID', dilations: [2, 2] }),
      // tfjs has no gradient for dilated convolutions: finite differences have to do.
      tfjs: null,
      skip: hasDilatedGradient() ? false : 'on this CPU, without oneDNN, TensorFlow has no such gradient',
    },
  },
  DepthwiseConv2dNative: {
    'two kernels a channel': {
      shapes: [four, [3, 3, 3, 2]],
      build: (x, k) => convolution.depthwiseConv2d(x, k, { strides: [1, 1], padding: 'SAME' }),
      tfjs: (x, k) => tf.depthwiseConv2d(images4d(x), images4d(k), 1, 'same'),
    },
  },
  BiasAdd: {
    images: { shapes: [four, [3]], build: convolution.biasAdd, tfjs: tf.add },
    vectors: { shapes: [[4, 3], [3]], build: convolution.biasAdd, tfjs: tf.add },
  },
  MaxPool: {
    overlapping: {
      shapes: [four],
      build: (x) => pooling.maxPool(x, { size: [3, 3], strides: [2, 2], padding: 'SAME' }),
      tfjs: (x) => tf.maxPool(images4d(x), 3, 2, 'same'),
      // Far apart, so that no step of a finite difference makes another value the largest.
      range: [-20, 20],
    },
  },
  AvgPool: {
    'beyond the edge': {
      shapes: [four],
      build: (x) => pooling.avgPool(x, { size: [3, 2], strides: [2, 2], padding: 'SAME' }),
      tfjs: (x) => tf.avgPool(images4d(x), [3, 2], 2, 'same'),
    },
  },
  FusedBatchNormV3: {
    'by the batch, composed': byTheBatch(normalisation.composedBatchNorm, 3),
    "by the batch, in TensorFlow's operation": byTheBatch(normalisation.fusedBatchNorm, 8),
    'by given statistics': {
      shapes: [four, [3], [3]],
      build: (x, scale, offset) => {
        const [mean, variance] = [
          [0.1, -0.2, 0.3],
          [0.5, 1, 2],
        ].map((values) => {
          return constant(x.graph, { dtype: 'float32', shape: [3], values });
        });
        return normalisation.batchNormInference(x, [scale, offset, mean, variance], 1e-3);
      },
      tfjs: (x, scale, offset) =>
        tf.batchNorm(
          images4d(x),
          tf.tensor1d([0.1, -0.2, 0.3]),
          tf.tensor1d([0.5, 1, 2]),
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          1e-3,
        ),
    },
  },
  SparseSoftmaxCrossEntropyWithLogits: {
    plain: {
      shapes: [[3, 4]],
      build: (x) =>
        entropy.sparseCrossEntropy(x, constant(x.graph, { dtype: 'int32', shape: [3], values: [1, 0, 3] })),
      tfjs: (x) => crossEntropy(x, tf.oneHot(tf.tensor1d([1, 0, 3], 'int32'), 4)),
    },
  },
  SoftmaxCrossEntropyWithLogits: {
    plain: {
      shapes: [[2, 3]],
      build: (x) => {
        const values = [0.1, 0.7, 0.2, 0.5, 0.25, 0.25];
        return entropy.denseCrossEntropy(x, constant(x.graph, { dtype: 'float32', shape: [2, 3], values }));
      },
      tfjs: (x) => crossEntropy(x, tf.tensor2d([0.1, 0.7, 0.2, 0.5, 0.25, 0.25], [2, 3])),
    },
  },
};

function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

/** bfloat16 keeps eight bits. */
const bfloat16Epsilon = 2 ** -8;

describe('gradient rules', () => {
  test('each operation that has one has a case here', () => {
    const tested = new Set([...Object.keys(cases), ...Object.keys(furtherOps)]);
    assert.deepEqual([...tested].sort(), differentiableOps().sort());
  });

  for (const [op, named] of [...Object.entries(cases), ...Object.entries(furtherOps)]) {
    for (const [name, f] of Object.entries(named)) {
      test(`${op}, ${name}`, { skip: f.skip ?? false }, async () => {
        const { graph, ours, tfjs, differences } = await gradientsOf(f);
        assert.deepEqual([...missingKernels(graph)], [], 'a GPU has kernels for it and its gradient');
        // Steps as small as finite differences take are lost in bfloat16.
        const rounds = op === 'Cast';
        ours.forEach((gradient, input) => {
          if (tfjs) {
            const off = worst(gradient, tfjs[input]);
            assert.ok(off < (rounds ? bfloat16Epsilon : 1e-5), `input ${input} is off by ${off} from tfjs`);
          }
          if (rounds || f.constants) return;
          const off = worst(gradient, differences[input]);
          assert.ok(off < 5e-3, `input ${input} is off by ${off} from finite differences`);
        });
      });
    }
  }

  test('a loss that depends on an operation without a rule is refused by its name', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', 'float32', [2]);
    const { output } = graph.add({
      op: 'Betainc',
      inputs: [x, x, x],
      attrs: { T: { type: 'float32' } },
      outputs: [x],
    });
    assert.throws(() => gradients(broadcast.sum(output), [x]), /Betainc: there is no gradient rule/);
  });

  test('a source that the loss does not depend on gets no gradient', () => {
    const graph = new Graph();
    const [x, y] = ['x', 'y'].map((name) => placeholder(graph, name, 'float32', [2]));
    assert.deepEqual(gradients(broadcast.sum(math.square(x)), [y]), [undefined]);
  });
});
