import type { Network } from '../network/network';
import { tf, type Scalar, type Tensor } from '../tf';

/** A class's score before the softmax, of one image; differentiable on every backend. */
export function scoreOf(network: Network, input: Tensor, classIndex: number): Scalar {
  // Not `gather`, whose gradient WebAssembly lacks.
  return tf.sum(tf.slice(network.ending.logits(input), [0, classIndex], [1, 1]));
}
