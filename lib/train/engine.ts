import type { ImageSet } from '../data/types';
import type { NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import type { Augmentation, Loss, Normalisation, Optimizer, Precision } from '../recipe';

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

/** How a network does on some images; arrays run over them in their order. */
export interface Measured {
  /** Mean over the images, penalties on weights included. */
  readonly loss: number;
  /** Share of the images whose class was most probable, 0 to 1. */
  readonly accuracy: number;
  /** Share of the images whose class was among the five most probable. */
  readonly top5: number;
  /** The most probable class of each image. */
  readonly predictions: Uint8Array;
  /** The probability the network gave to that class. */
  readonly confidences: Float32Array;
}

/** What one or more steps came to, each measured with the weights from before it. */
export interface StepsResult {
  readonly steps: number;
  readonly images: number;
  /** Mean over the images, penalties on weights included. */
  readonly loss: number;
  /** Share of the images whose class was most probable, 0 to 1. */
  readonly accuracy: number;
  /** Share of the images whose class was among the five most probable. */
  readonly top5: number;
  /** If the loss was not finite: the step of which that was first true, and where it came from. */
  readonly failure?: { readonly step: number; readonly reason: string };
}
