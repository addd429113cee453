/** Batch normalisation over images in NHWC (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167). */
import { gradientRule } from '../gradient-rules';
import type { Value } from '../graph';
import type { Attrs } from '../types';
import { expectFloat, expectRank, expectType, staticDim } from './check';
import { constant } from './constant';

export interface Normalised {
  /** float [n, h, w, c], as `x` */
  readonly output: Value;
  /** float32 [c], of this batch */
  readonly mean: Value;
  /** float32 [c], of this batch; Bessel-corrected: the sum of squares over one less than there are values */
  readonly variance: Value;
}

const op = 'FusedBatchNormV3';

function attributes(x: Value, epsilon: number, training: boolean): Attrs {
  return {
    T: { type: x.dtype },
    U: { type: 'float32' },
    epsilon: { float: epsilon },
    exponential_avg_factor: { float: 1 },
    data_format: { string: 'NHWC' },
    is_training: { bool: training },
  };
}

function fused(x: Value, [scale, offset, mean, variance]: readonly Value[], attrs: Attrs): Value[] {
  expectFloat(op, x);
  expectRank(op, x, 4);
  const channels = staticDim(op, x, 3);
  for (const parameter of [scale, offset]) expectType(op, parameter, 'float32');
  const statistic = { dtype: 'float32', shape: [channels] } as const;
  return [
    ...x.graph.add({
      op,
      inputs: [x, scale, offset, mean, variance],
      attrs,
      // The last three are there for the gradient alone; the third of them is of use on a GPU only.
      outputs: [x, statistic, statistic, statistic, statistic, { dtype: 'float32', shape: [null] }],
    }).outputs,
  ];
}

/** By the mean and variance of the batch itself. `scale` and `offset`: float32 [c] */
export function batchNormTraining(x: Value, scale: Value, offset: Value, epsilon: number): Normalised {
  const none = constant(x.graph, { dtype: 'float32', shape: [0], values: [] });
  const [output, mean, variance] = fused(x, [scale, offset, none, none], attributes(x, epsilon, true));
  return { output, mean, variance };
}

/** By a mean and variance that are given. `parameters`: scale, offset, mean and variance, float32 [c] each */
export function batchNormInference(
  x: Value,
  parameters: readonly [Value, Value, Value, Value],
  epsilon: number,
): Value {
  return fused(x, parameters, attributes(x, epsilon, false))[0];
}

gradientRule(op, (node, [dy, ...others]) => {
  if (others.some((other) => other !== undefined)) {
    node.graph.refuse(
      node.name,
      'the loss depends on the statistics themselves, for which there is no gradient rule',
    );
  }
  if (!dy) return [];
  const [x, scale, offset, givenMean, givenVariance] = node.inputs;
  const training = (node.attrs['is_training'] as { bool: boolean }).bool;
  const { T, U, epsilon, data_format, is_training } = node.attrs;
  // What the forward pass kept of the batch; without training, the statistics it was given.
  const reserved = training ? node.outputs.slice(3) : [givenMean, givenVariance, node.outputs[5]];
  const nothing = { dtype: 'float32', shape: [0] } as const;
  return node.graph
    .add({
      op: 'FusedBatchNormGradV3',
      inputs: [dy, x, scale, ...reserved],
      attrs: { T, U, epsilon, data_format, is_training },
      outputs: [x, scale, offset, nothing, nothing],
    })
    .outputs.slice(0, 3);
});
