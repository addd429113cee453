/** The loss and the metrics of each image, from what a network gave for it. */
import { CustomMeasures } from '../graph';
import { tf } from '../runtime/tensorflow';
import { lossOf, type ModelOutput } from './losses';
import type { TrainedWith } from './trained-with';

export interface PerImage {
  readonly losses: Float32Array;
  /** By the metric's name. */
  readonly metrics: Readonly<Record<string, Float32Array>>;
}

export interface PerImageMeasures {
  /** Disposes of nothing that it is given. */
  measure(output: ModelOutput, labels: Int32Array): PerImage;
  dispose(): void;
}

/**
 * Computes the loss by operations of tfjs, and a user's own loss and metrics by a graph of theirs.
 * @param hasLogits whether the outputs come with logits
 * @throws UserError if the code of a user's own part is not at hand
 */
export async function perImageMeasures(
  { loss, metrics }: Pick<TrainedWith, 'loss' | 'metrics'>,
  classCount: number,
  hasLogits: boolean,
): Promise<PerImageMeasures> {
  if (loss.kind === 'custom' || metrics.length > 0) {
    return CustomMeasures.compile({ loss, metrics, classCount, hasLogits });
  }
  return {
    measure: (output, labels) =>
      tf.tidy(() => {
        const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classCount).cast('float32');
        return { losses: lossOf(loss, output, targets).dataSync<'float32'>(), metrics: {} };
      }),
    dispose: () => undefined,
  };
}
