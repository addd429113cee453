import type { Recipe } from '../recipe';
import type { EpochRow, History } from '../runs/history';

/** What is known before the first batch. */
export interface TrainingPlan {
  readonly network: string;
  readonly dataset: string;
  readonly recipe: Recipe;
  readonly imagesPerEpoch: number;
  /** What was done before, if a run is taken up again; no epochs otherwise. */
  readonly history: History;
}

/** Where a run stands after a batch. */
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
  /** Over the run so far, validation left out. */
  readonly imagesPerSecond: number;
  /** Until the last epoch is done, validation included once it has been timed. */
  readonly secondsLeft: number;
}

/** Told how training goes. Training waits for what they return. */
export interface TrainCallbacks {
  onStart?(plan: TrainingPlan): void | Promise<void>;
  onBatch?(progress: TrainingProgress): void | Promise<void>;
  /** After an epoch and its validation. `history` holds all rows so far. */
  onEpoch?(row: EpochRow, history: History): void | Promise<void>;
  /** At the end, interrupted or not; not if training failed. */
  onEnd?(history: History): void | Promise<void>;
}
