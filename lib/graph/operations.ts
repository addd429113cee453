/**
 * The operations that a user's own losses, metrics, optimizers and layers are made of: `graph.mul(x, y)`. Each takes
 * values of a graph under construction and gives a new one; where two operands meet, one may be a plain number. Types
 * and shapes are known, and checked, while the graph is built. Every operation has its gradient; comparisons, indices and
 * rounding pass none on.
 */
export type { Value } from './graph';
export type { DType, Dim, Shape } from './types';

export * from './operands';
export { abs, addN, erf, exp, floor, log, logicalAnd, matMul, neg, sign, sqrt, square } from './ops/math';
export { logicalNot, logicalOr } from './ops/compare';
export * from './ops/elementary';
export * from './ops/activation';
export * from './ops/softmax';
export * from './ops/cross-entropy';

export { broadcastTo, sum } from './ops/broadcast';
export * from './ops/reduce';

export {
  concat,
  elementCount,
  identity,
  oneHot,
  onesLike,
  pack,
  pad,
  reshape,
  shapeOf,
  slice,
  split,
  unpack,
  zerosLike,
} from './ops/array';
export * from './ops/gather';
export * from './ops/layout';
export * from './ops/cast';
export { constant } from './ops/constant';

export { batchMatMul } from './ops/batch-mat-mul';
export { biasAdd, conv2d, depthwiseConv2d } from './ops/convolution';
export * from './ops/transposed-convolution';
export * from './ops/pooling';
export * from './ops/resize';
export * from './ops/normalisation';
export * from './ops/standardise';

export { statelessNormal, statelessUniform } from './ops/random';
