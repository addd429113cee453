import type { Dataset } from '../data/types';
import type { Recipe } from '../recipe';
import type { EpochRow, History } from '../runs/history';
import type { tf } from '../runtime/tensorflow';
import type { TrainingControl } from './control';
import type { Validated } from './validation';

/** What is known before the first batch. */
export interface TrainingPlan {
  readonly network: string;
  readonly dataset: string;
  readonly recipe: Recipe;
  readonly imagesPerEpoch: number;
  /** The epochs already trained if a run is resumed; otherwise it has no epochs. */
  readonly history: History;
  /** What is trained. In `onEpoch` and `onEnd` it holds the weights of that moment. */
  readonly model: tf.LayersModel;
  readonly data: Dataset;
  /** The run's folder; null for a training that is not kept. */
  readonly folder: string | null;
}

/** Progress of training after a batch. */
export interface TrainingProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Images of this epoch trained on so far. */
  readonly images: number;
  readonly imagesPerEpoch: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  /** The part of `loss` that is penalties on weights. Missing in an epoch that an earlier version began. */
  readonly penalty?: number;
  readonly accuracy: number;
  /** Over the run so far, without validation. */
  readonly imagesPerSecond: number;
  /** Estimate until the end of the last epoch; includes validation once one has been timed. */
  readonly secondsLeft: number;
}

/**
 * Functions called as training proceeds. Training waits for the promises they return. Callbacks are no part of a run's
 * options: whoever continues a run gives them again.
 */
export interface TrainCallbacks {
  onStart?(plan: TrainingPlan): void | Promise<void>;
  /**
   * After a step or several: the graph engine reports those of about a tenth of a second together. What depends on how often it is called
   * therefore differs from run to run; `onEpoch` is called after the same steps every time.
   */
  onBatch?(progress: TrainingProgress, control: TrainingControl): void | Promise<void>;
  /**
   * After an epoch and its validation, before they are saved; `history` holds all epochs so far. If an interrupt cut the
   * validation short, what is asked of `control` is left undone: the call is repeated when the run goes on.
   * @param validated what the network made of each image; missing if the epoch was not validated
   */
  onEpoch?(
    row: EpochRow,
    history: History,
    control: TrainingControl,
    validated?: Validated,
  ): void | Promise<void>;
  /** At the end, interrupted or not, unless training failed. */
  onEnd?(history: History): void | Promise<void>;
}
