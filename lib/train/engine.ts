import type { ImageSet } from '../data/types';
import type { NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import type {
  Augmentation,
  CustomMetric,
  Loss,
  Normalisation,
  Optimizer,
  Precision,
  PreciseStatistics,
  ResizingStage,
} from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { StepsResult } from '../runs/state';

/**
 * Computes the training steps. `train` does everything around them (the order of the images, epochs, validation,
 * schedules, history, checkpoints, interrupts), so engines differ only in speed.
 */
export interface Engine {
  readonly name: string;
  /** Whether it can compute in bfloat16; missing if not. */
  readonly bfloat16?: boolean;
  /**
   * Prepares to train `job.model`, starting from its current weights.
   * @throws UserError if the engine cannot train this model, or cannot do what the job asks
   */
  start(job: TrainingJob): EngineRun | Promise<EngineRun>;
}

export interface TrainingJob {
  readonly model: tf.LayersModel;
  readonly images: ImageSet;
  /** Further images that `measure` takes. Missing if there are none. */
  readonly heldOut?: ImageSet;
  /** Height, width and channels of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Null feeds pixels from 0 to 1 unchanged. */
  readonly normalisation: Normalisation | null;
  readonly batchSize: number;
  /** Needed only if the optimizer freezes layers for some epochs, or flips alternate. */
  readonly stepsPerEpoch?: number;
  /** Steps of the whole run; needed only if the share of Lookahead falls. */
  readonly totalSteps?: number;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  /** What is measured besides accuracy. */
  readonly metrics?: readonly CustomMetric[];
  /** How much the images of each class count in the training loss; null if all count alike. */
  readonly classWeights?: readonly number[] | null;
  /** How much each of the model's outputs counts in the loss; null if all count alike. */
  readonly outputWeights?: readonly number[] | null;
  /** How much each image counts in the training loss. Missing if all count alike. */
  readonly sampleWeights?: Float32Array;
  readonly augmentation: Augmentation;
  /** Stages with smaller images: steps may ask for their sides. Null or missing if none will. */
  readonly resizing?: readonly ResizingStage[] | null;
  readonly precision: Precision;
  /** Whether `statistics` of the run will be used. Defaults to null: they will not. */
  readonly preciseStatistics?: PreciseStatistics | null;
  /** Together with a step's number, fixes everything drawn at random in that step: dropout's masks, augmentation. */
  readonly seed: number;
}

export interface EngineRun {
  /**
   * Trains once on each image in `order`, in that order, in batches of the job's size; the last one may be smaller.
   * The optimizer's state carries over from call to call. When the promise resolves, the model holds the new weights,
   * unless the loss was not finite.
   * @param onSteps called after each step, or after several at once; returning false stops training early. No step
   *   follows one whose loss is not finite.
   */
  train(steps: Steps, onSteps: (result: StepsResult) => boolean | Promise<boolean>): Promise<void>;
  /**
   * Loss and predictions of the weights as they are now (of their averages, if the optimizer keeps any), in inference mode,
   * for the images at `indices`.
   * @param set the job's images, or those that are held out
   * @returns undefined if `stopped` returned true before the last batch
   */
  measure(set: ImageSet, indices: Uint32Array, stopped: () => boolean): Promise<Measured | undefined>;
  /** Absent if the engine has none of it, or the job does not ask for it. */
  readonly statistics?: RunStatistics;
  /** The optimizer's state: an array for each slot of each weight, named `layer/weight/slot`. */
  slots(): Promise<NamedArrays>;
  /** @throws UserError unless names and shapes are the same as in `slots` */
  setSlots(slots: NamedArrays): void | Promise<void>;
  /** Copies the model's weights into the engine, after they were set from outside. */
  readModel(): void;
  /** Frees everything but the model. */
  dispose(): void;
}

/** Batch normalisation's statistics, taken of images instead of averaged over steps. */
export interface RunStatistics {
  /** The weights that hold them, by their keys. */
  readonly names: readonly string[];
  /**
   * Gives the weights, in the engine and in the model, their values over the images in `order`, taken in batches of the
   * job's size, all but the last of which are whole.
   * @returns false if `stopped` returned true before it was done; nothing is changed then
   */
  reestimate(order: Uint32Array, stopped: () => boolean): Promise<boolean>;
}

export interface Steps {
  /** Indices into the job's images. */
  readonly order: Uint32Array;
  /** Number of the first step, counted from 0 over the whole run. */
  readonly firstStep: number;
  /** The learning rate of a step, by its number. */
  readonly learningRate: (step: number) => number;
  /** Of the images, if they are made smaller: that of a stage in the job's `resizing`. Null or missing for full size. */
  readonly side?: number | null;
}
