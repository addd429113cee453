import type { ImageSet } from '../data/types';
import type { NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import type { Augmentation, Loss, Normalisation, Optimizer, Precision } from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { StepsResult } from '../runs/state';

/**
 * What computes the training steps. `train` owns everything around them (the order of the images, epochs,
 * validation, schedules, history, checkpoints, interrupts), so that engines differ in speed and in nothing that a
 * reader sees.
 */
export interface Engine {
  readonly name: string;
  /**
   * Makes ready to train `job.model`, starting from the weights it holds.
   * @throws UserError if the engine cannot train this model, or cannot do what the job asks
   */
  start(job: TrainingJob): EngineRun | Promise<EngineRun>;
}

export interface TrainingJob {
  readonly model: tf.LayersModel;
  readonly images: ImageSet;
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Null feeds pixels from 0 to 1 as they are. */
  readonly normalisation: Normalisation | null;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly augmentation: Augmentation;
  readonly precision: Precision;
  /** With a step's number, fixes whatever is drawn at random in that step: dropout's masks, augmentation. */
  readonly seed: number;
}

export interface EngineRun {
  /**
   * Trains once on each image in `order`, in that order, in batches of the job's size; the last one may be
   * smaller. The optimizer's state carries over from call to call. When the promise resolves, the model holds the
   * new weights, unless the loss was not finite.
   * @param onSteps told of each step, or of several at once; training stops early when it returns false. No step
   *   follows one whose loss is not finite.
   */
  train(steps: Steps, onSteps: (result: StepsResult) => boolean | Promise<boolean>): Promise<void>;
  /**
   * Loss and predictions of the weights as they are now, in inference mode, for the images at `indices`.
   * @returns undefined if `stopped` said so before the last batch
   */
  measure(set: ImageSet, indices: Uint32Array, stopped: () => boolean): Promise<Measured | undefined>;
  /** The optimizer's state: an array for each slot of each weight, named `layer/weight/slot`. */
  slots(): Promise<NamedArrays>;
  /** @throws UserError if names or shapes are not those that `slots` gives */
  setSlots(slots: NamedArrays): void | Promise<void>;
  /** Copies the model's weights into the engine, after they were set from outside. */
  readModel(): void;
  /** Frees what the run holds, except for the model. */
  dispose(): void;
}

export interface Steps {
  /** Indices into the job's images. */
  readonly order: Uint32Array;
  /** The number of the first step, counted from 0 over the whole run. */
  readonly firstStep: number;
  /** For the step of that number. */
  readonly learningRate: (step: number) => number;
}
