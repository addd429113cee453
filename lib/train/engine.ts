import type { ImageSet } from '../data/types';
import type { tf } from '../runtime/tensorflow';
import type { Optimizer } from './optimizers';

/**
 * What computes the training steps. `train` owns everything around them (the order of the images, epochs,
 * validation, history, interrupts), so that engines differ in speed and in nothing that a reader sees.
 *
 * The loss is sparse categorical cross-entropy on the model's probabilities, plus the model's regularisation
 * terms, as in Keras.
 */
export interface Engine {
  readonly name: string;
  /**
   * Makes ready to train `job.model`, starting from the weights it holds.
   * @throws UserError if the engine cannot train this model
   */
  start(job: TrainingJob): EngineRun | Promise<EngineRun>;
}

export interface TrainingJob {
  readonly model: tf.LayersModel;
  readonly images: ImageSet;
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Fixes whatever the engine draws at random, dropout's masks above all. */
  readonly seed: number;
}

export interface EngineRun {
  /**
   * Trains once on each image in `order`, in that order, in batches of the job's size; the last one may be
   * smaller. The optimizer's state carries over from epoch to epoch. When the promise resolves, the model
   * holds the new weights.
   * @param order indices into the job's images
   * @param onBatch told of each batch, or of several at once; training stops early when it returns false
   */
  epoch(order: Uint32Array, onBatch: (result: BatchResult) => boolean | Promise<boolean>): Promise<void>;
  /** Frees what the run holds, except for the model. */
  dispose(): void;
}

/** What one batch came to, measured with the weights from before its step. */
export interface BatchResult {
  /** Images in the batch. */
  readonly images: number;
  /** Mean over the images. */
  readonly loss: number;
  /** Share of the images whose class was most probable, 0 to 1. */
  readonly accuracy: number;
}
