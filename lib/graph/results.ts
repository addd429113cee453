/** What training steps and measurements give, as numbers. */

/** Sums over the steps since the last call of `totals`. */
export interface Totals {
  readonly images: number;
  /** Sum over the images of the loss of their step, penalties on weights included. */
  readonly loss: number;
  /** Of that, the penalties. */
  readonly penalty: number;
  /** Images whose class was the most probable one. A mixed image counts for each of its classes by that class's share. */
  readonly first: number;
  /** Images whose class was among the five most probable. */
  readonly topFive: number;
  /** Sum over the images of each metric, by its name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The first step whose loss was not finite, if there was one. It changed nothing, nor did any step after it. */
  readonly failedStep: number | null;
}

/** One value an image. */
export interface Measurement {
  /** The most probable class. */
  readonly classes: Int32Array;
  /** Its probability. */
  readonly confidences: Float32Array;
  /** Without penalties. */
  readonly losses: Float32Array;
  /** 1 if the right class was among the five most probable, 0 if not. */
  readonly topFive: Float32Array;
  /** By the metric's name. */
  readonly metrics: Readonly<Record<string, Float32Array>>;
  /** Penalties on weights; one number. */
  readonly penalty: number;
}
