import type { ModelInput } from '../models/model-inputs';
import type { Augmentation } from '../recipe/augmentation';
import type { Loss } from '../recipe/losses';
import type { CustomMetric } from '../recipe/metrics';
import type { Normalisation } from '../recipe/normalisation';
import type { Optimizer } from '../recipe/optimizers';
import type { tf } from '../runtime/tensorflow';
import type { ImageShape } from './input';
import type { Device, DType } from './types';

/** What a training graph is made of. */
export interface TrainingGraphOptions {
  readonly model: tf.LayersModel;
  readonly imageShape: ImageShape;
  /** What each of the model's inputs takes, in the model's order. */
  readonly inputs: readonly ModelInput[];
  /** Number of images to train on. */
  readonly imageCount: number;
  /** Number of images beside them that are only measured. Defaults to 0. */
  readonly heldOutCount?: number;
  /** Whether each of them has a weight in the loss. Defaults to false. */
  readonly weighted?: boolean;
  readonly normalisation: Normalisation | null;
  readonly augmentation: Augmentation;
  readonly loss: Loss;
  /** What is measured besides accuracy. */
  readonly metrics?: readonly CustomMetric[];
  /** How much the images of each class count in the loss; null if all count alike. */
  readonly classWeights?: readonly number[] | null;
  /** How much each of the model's outputs counts in the loss; null if all count alike. */
  readonly outputWeights?: readonly number[] | null;
  readonly optimizer: Optimizer;
  /** Needed only if the optimizer freezes layers for some epochs, or flips alternate. */
  readonly stepsPerEpoch?: number;
  /** Steps of the whole run; needed only if the share of Lookahead falls. */
  readonly totalSteps?: number;
  /** The type that layers compute in; weights are float32 in any case. */
  readonly dtype: DType & ('float32' | 'bfloat16');
  /** The device that the graph will run on. */
  readonly device: Device;
  readonly seed: number;
  /** Sides of smaller images for which training steps are offered as well. Defaults to none. */
  readonly sides?: readonly number[];
  /** Whether to offer `statistics`. Defaults to false. */
  readonly statistics?: boolean;
}
