import type { Step } from '../types';

/** A class's share of the exponentials. */
export function softmaxStep(logits: Float32Array, index: number): Step {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, each) => total + each, 0);
  return { kind: 'softmax', logits, exponentials, sum, index, output: exponentials[index] / sum };
}
