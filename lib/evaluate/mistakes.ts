import type { Evaluation } from '../runs/evaluation';

/**
 * Where a network was wrong, the most confident mistakes first.
 * @param labels of the images that were evaluated, for instance `dataset.test.labels`
 * @returns positions in that set, for `showImages`
 */
export function mistakes(
  { predictions, confidences }: Pick<Evaluation, 'predictions' | 'confidences'>,
  labels: Uint8Array,
): Uint32Array {
  const wrong = Uint32Array.from(predictions.keys()).filter((i) => predictions[i] !== labels[i]);
  return wrong.sort((a, b) => confidences[b] - confidences[a]);
}
