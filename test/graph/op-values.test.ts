/** What operations give, where a gradient would not show it, and what they refuse when they are built. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Graph, type Value } from '../../lib/graph/graph';
import * as array from '../../lib/graph/ops/array';
import { batchMatMul } from '../../lib/graph/ops/batch-mat-mul';
import { cast } from '../../lib/graph/ops/cast';
import * as compare from '../../lib/graph/ops/compare';
import { placeholder } from '../../lib/graph/ops/constant';
import * as elementary from '../../lib/graph/ops/elementary';
import * as layout from '../../lib/graph/ops/layout';
import * as math from '../../lib/graph/ops/math';
import * as reduce from '../../lib/graph/ops/reduce';
import * as resize from '../../lib/graph/ops/resize';
import { logSoftmax } from '../../lib/graph/ops/softmax';
import { standardise } from '../../lib/graph/ops/standardise';
import { conv2dTranspose } from '../../lib/graph/ops/transposed-convolution';
import { Session } from '../../lib/graph/session';
import { typeText, type Shape } from '../../lib/graph/types';
import { tf } from '../../lib/runtime/tensorflow';

/** Function of a [3, 1] and a [4], with values that are equal here and there. */
type Build = (a: Value, b: Value) => Value;
type Plain = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const functions: Record<string, readonly [Build, Plain]> = {
  less: [compare.less, tf.less],
  lessEqual: [compare.lessEqual, tf.lessEqual],
  greater: [math.greater, tf.greater],
  notEqual: [compare.notEqual, tf.notEqual],
  logicalNot: [(a) => compare.logicalNot(positive(a)), (a) => tf.logicalNot(tf.greater(a, 0))],
  logicalOr: [
    (a, b) => compare.logicalOr(positive(a), positive(b)),
    (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0)),
  ],
  logicalAnd: [
    (a, b) => math.logicalAnd(positive(a), positive(b)),
    (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)),
  ],
  floor: [math.floor, tf.floor],
  ceil: [elementary.ceil, tf.ceil],
  round: [elementary.round, tf.round],
  sign: [math.sign, tf.sign],
  clip: [(a, b) => elementary.clip(math.mul(a, b), -1, 0.5), (a, b) => tf.clipByValue(tf.mul(a, b), -1, 0.5)],
  select: [
    (a, b) => math.select(positive(a), a, b),
    (a, b) =>
      tf.where(
        tf.broadcastTo(tf.greater(a, 0), [3, 4]),
        tf.broadcastTo(a, [3, 4]),
        tf.broadcastTo(b, [3, 4]),
      ),
  ],
  expandDims: [(_, b) => layout.expandDims(b, -1), (_, b) => tf.expandDims(b, 1)],
  squeeze: [(a) => layout.squeeze(a), (a) => tf.squeeze(a)],
  min: [(a, b) => reduce.min(math.mul(a, b)), (a, b) => tf.min(tf.mul(a, b))],
  stopGradient: [(a) => elementary.stopGradient(a), (a) => a],
};

function positive(x: Value): Value {
  return math.greater(x, array.zerosLike(x));
}

test('comparisons, rounding and selections are those of tfjs', async () => {
  const graph = new Graph();
  const inputs = [placeholder(graph, 'a', 'float32', [3, 1]), placeholder(graph, 'b', 'float32', [4])];
  const outputs = Object.values(functions).map(([build]) =>
    array.identity(cast(build(inputs[0], inputs[1]), 'float32')),
  );
  graph.offer('values', { inputs, outputs });
  const session = await Session.load(graph);
  const [a, b] = [tf.tensor2d([-1.5, 0, 2.5], [3, 1]), tf.tensor1d([-1.5, 0.5, 2.5, 0])];
  const found = session.run('values', [a, b]);
  Object.entries(functions).forEach(([name, [, plain]], i) => {
    const expected = plain(a, b);
    assert.deepEqual(found[i].shape, expected.shape, name);
    assert.deepEqual([...found[i].dataSync()], [...expected.dataSync()], name);
    assert.deepEqual(outputs[i].shape, expected.shape, `${name}: the shape known while building`);
  });
  session.dispose();
});

test('an open batch stays open', () => {
  const x = open([null, 4, 6, 3]);
  const shapes: [Value, Shape][] = [
    [layout.transpose(x, [0, 3, 1, 2]), [null, 3, 4, 6]],
    [layout.tile(x, [1, 2, 1, 1]), [null, 8, 6, 3]],
    [array.pack([x, x], 1), [null, 2, 4, 6, 3]],
    [array.unpack(x, 1)[3], [null, 6, 3]],
    [array.slice(x, [0, 1, 0, 2], [null, 2, 6, 1]), [null, 2, 6, 1]],
    [resize.resizeNearest(x, [8, 12]), [null, 8, 12, 3]],
    [standardise(x, [-1], 1e-3), [null, 4, 6, 3]],
    [reduce.norm(x, [1, 2, 3]), [null]],
    [math.select(positive(x), x, reduce.mean(x, [1, 2], true)), [null, 4, 6, 3]],
  ];
  for (const [{ node, shape }, expected] of shapes) assert.deepEqual(shape, expected, node.name);
});

describe('shapes that do not fit are refused when the operation is built, with the operation and the shapes', () => {
  const refused: Record<string, readonly [() => Value | readonly Value[], RegExp]> = {
    'an axis that is not there': [
      () => reduce.mean(open([null, 3]), [2]),
      /Mean: the axis 2 is none of .*\[\?, 3\]/,
    ],
    'an axis twice': [() => reduce.max(open([null, 3]), [1, -1]), /Max: the axes 1, -1 repeat one/],
    'a slice beyond the end': [
      () => array.slice(open([null, 3]), [0, 2], [null, 2]),
      /Slice: 2 from 2 on do not fit axis 1 of .*\[\?, 3\]/,
    ],
    'different shapes side by side': [
      () => {
        const x = open([2, 3]);
        return array.pack([x, layout.transpose(x)]);
      },
      /Pack: takes one shape, not \[2, 3\] and \[3, 2\]/,
    ],
    'matrices that do not multiply': [
      () => {
        const x = open([null, 2, 3]);
        return batchMatMul(x, x);
      },
      /BatchMatMulV2: \[\?, 2, 3\] and \[\?, 2, 3\] do not multiply/,
    ],
    'shapes that do not broadcast': [
      () => {
        const x = open([2, 3]);
        return math.select(positive(x), x, layout.transpose(x));
      },
      /SelectV2: \[2, 3\] and \[3, 2\] do not broadcast/,
    ],
    'copies of the open axis': [
      () => layout.tile(open([null, 3]), [2, 1]),
      /Tile: cannot repeat axis 0 of .* 2 times/,
    ],
    'an axis that is longer than 1': [
      () => layout.squeeze(open([null, 3]), [1]),
      /Squeeze: axis 1 .*size 3, not 1/,
    ],
    'a transposed convolution to another size': [
      () => {
        const x = open([null, 4, 4, 2]);
        const kernel = placeholder(x.graph, 'kernel', 'float32', [3, 3, 5, 2]);
        return conv2dTranspose(x, kernel, [9, 8], { strides: [2, 2], padding: 'SAME' });
      },
      /Conv2DBackpropInput: images of 9×8 give \[5, 4\], not \[4, 4\]/,
    ],
    'integers where a logarithm is taken': [
      () => logSoftmax(cast(open([2, 3]), 'int32')),
      /LogSoftmax: takes floating point/,
    ],
    'bounds in the wrong order': [
      () => elementary.clip(open([2]), 1, 0),
      /Clip: takes low ≤ high, not 1 and 0/,
    ],
  };
  for (const [name, [build, message]] of Object.entries(refused)) {
    test(name, () => {
      assert.throws(() => {
        const built = build();
        assert.fail(
          `built ${[built]
            .flat()
            .map((value) => typeText(value))
            .join(', ')}`,
        );
      }, message);
    });
  }
});

function open(shape: Shape): Value {
  return placeholder(new Graph(), 'x', 'float32', shape);
}
