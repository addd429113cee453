/** Batch normalisation over images in NHWC (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167). */
import { gradientRule } from '../gradient-rules';
import type { Value } from '../graph';
import { sizeOf, type Attrs } from '../types';
import { expectFloat, expectRank, expectType, staticDim } from './check';
import { elementCount, reshape } from './array';
import { sum } from './broadcast';
import { scalar } from './cast';
import { constant } from './constant';
import { add, div, mul, sqrt, square, sub } from './math';

export interface Normalised {
  /** float [n, h, w, c], as `x` */
  readonly output: Value;
  /** float32 [c], of this batch */
  readonly mean: Value;
  /** float32 [c], of this batch */
  readonly variance: Value;
  /** Whether the variance is Bessel-corrected: the sum of squares is divided by n − 1 instead of n. */
  readonly corrected: boolean;
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
      // The last three are only for the gradient, and the very last is used on GPUs only.
      outputs: [x, statistic, statistic, statistic, statistic, { dtype: 'float32', shape: [null] }],
    }).outputs,
  ];
}

/**
 * Normalises by the mean and variance of the batch itself, in TensorFlow's own operation.
 * @param x float [n, h, w, c]
 * @param scale float32 [c]
 * @param offset float32 [c]
 */
export function fusedBatchNorm(x: Value, scale: Value, offset: Value, epsilon: number): Normalised {
  const none = constant(x.graph, { dtype: 'float32', shape: [0], values: [] });
  const [output, mean, variance] = fused(x, [scale, offset, none, none], attributes(x, epsilon, true));
  return { output, mean, variance, corrected: true };
}

/**
 * The same, composed of simpler operations. A row of the image is treated as one vector of width × channels, so that
 * operations run over long stretches of memory; values per channel are repeated along the row.
 * @param x float32 [n, h, w, c]
 */
export function composedBatchNorm(x: Value, scale: Value, offset: Value, epsilon: number): Normalised {
  expectRank(op, x, 4);
  const { graph } = x;
  const [width, channels] = [staticDim(op, x, 2), staticDim(op, x, 3)];
  const rowCount = sizeOf(x.shape.slice(0, 2));
  const asRows = (value: Value): Value => reshape(value, [rowCount, width * channels]);
  const perChannel = (rows: Value): Value => sum(reshape(sum(rows, [0]), [width, channels]), [0]);
  const ones = constant(graph, {
    dtype: 'float32',
    shape: [width, channels],
    values: new Array<number>(width * channels).fill(1),
  });
  const alongRows = (value: Value): Value => reshape(mul(ones, value), [width * channels]);

  const rows = asRows(x);
  const one = scalar(graph, 1);
  const share = div(scalar(graph, channels), elementCount(x));
  const mean = mul(perChannel(rows), share);
  const centred = sub(rows, alongRows(mean));
  const variance = mul(perChannel(square(centred)), share);
  const inverse = div(one, sqrt(add(variance, scalar(graph, epsilon))));
  const factor = mul(inverse, scale);
  const output = add(mul(centred, alongRows(factor)), alongRows(offset));

  // With dx̂ = dy·scale: dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)) / deviation, arranged for few passes.
  const rule = (gradient: Value): Value[] => {
    const dy = asRows(gradient);
    const total = perChannel(dy);
    const along = mul(perChannel(mul(dy, centred)), inverse);
    const slope = mul(mul(factor, inverse), mul(along, share));
    const level = mul(factor, mul(total, share));
    const back = add(mul(centred, alongRows(slope)), alongRows(level));
    return [reshape(sub(mul(dy, alongRows(factor)), back), x.shape), along, total];
  };
  const normalised = graph.add({
    op: 'Identity',
    inputs: [reshape(output, x.shape)],
    attrs: { T: { type: x.dtype } },
    outputs: [x],
    gradient: { inputs: [x, scale, offset], rule },
  }).output;
  return { output: normalised, mean, variance, corrected: false };
}

/** Normalises by a given mean and variance. @param parameters scale, offset, mean and variance, float32 [c] each */
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
  // In training, what the forward pass kept of the batch; otherwise the given statistics.
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
