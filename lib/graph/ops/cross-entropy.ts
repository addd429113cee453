/** Cross-entropy from logits, one value per image. TensorFlow computes the gradient along with it. */
import { simpleRule } from '../gradient-rules';
import type { Node, Value } from '../graph';
import { reshape } from './array';
import { expectRank, expectType } from './check';
import { mul } from './math';

/** @param classes int32 [n]. Logits float32 [n, classes] → float32 [n] */
export function sparseCrossEntropy(logits: Value, classes: Value): Value {
  return crossEntropy('SparseSoftmaxCrossEntropyWithLogits', logits, classes);
}

/** @param targets float32 [n, classes], each row a distribution. Logits float32 [n, classes] → float32 [n] */
export function denseCrossEntropy(logits: Value, targets: Value): Value {
  return crossEntropy('SoftmaxCrossEntropyWithLogits', logits, targets);
}

function crossEntropy(op: string, logits: Value, labels: Value): Value {
  const sparse = op.startsWith('Sparse');
  expectType(op, logits, 'float32');
  expectRank(op, logits, 2);
  expectType(op, labels, sparse ? 'int32' : 'float32');
  expectRank(op, labels, sparse ? 1 : 2);
  return logits.graph.add({
    op,
    inputs: [logits, labels],
    attrs: { T: { type: 'float32' }, ...(sparse && { Tlabels: { type: 'int32' } }) },
    outputs: [{ dtype: 'float32', shape: [logits.shape[0]] }, logits],
  }).output;
}

function rule({ outputs: [loss, slope] }: Node, dy: Value): (Value | undefined)[] {
  return [mul(reshape(dy, [loss.shape[0], 1]), slope), undefined];
}
simpleRule('SparseSoftmaxCrossEntropyWithLogits', rule);
simpleRule('SoftmaxCrossEntropyWithLogits', rule);
