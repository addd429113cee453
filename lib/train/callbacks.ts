import type { Recipe } from '../recipe';
import type { EpochRow, History } from '../runs/history';

/** What is known before the first batch. */
export interface TrainingPlan {
  readonly network: string;
  readonly dataset: string;
  readonly recipe: Recipe;
  readonly imagesPerEpoch: number;
  /** The epochs already trained if a run is resumed; otherwise it has no epochs. */
  readonly history: History;
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

/** Functions called as training proceeds. Training waits for the promises they return. */
export interface TrainCallbacks {
  onStart?(plan: TrainingPlan): void | Promise<void>;
  onBatch?(progress: TrainingProgress): void | Promise<void>;
  /** After an epoch and its validation; `history` holds all epochs so far. */
  onEpoch?(row: EpochRow, history: History): void | Promise<void>;
  /** At the end, interrupted or not, unless training failed. */
  onEnd?(history: History): void | Promise<void>;
}
