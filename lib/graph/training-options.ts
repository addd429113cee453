import type { Augmentation } from '../recipe/augmentation';
import type { Loss } from '../recipe/losses';
import type { Normalisation } from '../recipe/normalisation';
import type { Optimizer } from '../recipe/optimizers';
import type { tf } from '../runtime/tensorflow';
import type { ImageShape } from './input';
import type { Device, DType } from './types';

/** What a training graph is made of. */
export interface TrainingGraphOptions {
  readonly model: tf.LayersModel;
  readonly imageShape: ImageShape;
  /** How many images there are to train on. */
  readonly imageCount: number;
  readonly normalisation: Normalisation | null;
  readonly augmentation: Augmentation;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** What layers compute in; weights are float32 either way. */
  readonly dtype: DType & ('float32' | 'bfloat16');
  /** Where the graph is going to run. */
  readonly device: Device;
  readonly seed: number;
}
