/** What measuring a network on images comes to, as it is computed and as a run keeps it. */

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

/** How well one class is told from the others. Shares from 0 to 1; NaN where there was nothing to divide by. */
export interface ClassReport {
  name: string;
  /** Of the images called this class, how many are. NaN if none was. */
  precision: number;
  /** Of the images of this class, how many were called it. NaN if there are none. */
  recall: number;
  /** Harmonic mean of the two. */
  f1: number;
  /** Images of this class. */
  images: number;
}

/** How a trained network does on a set of images. Arrays run over the images in the order of the set. */
export interface Evaluation extends Measured {
  readonly network: string;
  readonly dataset: string;
  readonly on: 'test' | 'train';
  /** Counts; rows for the true class, columns for the predicted one. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  readonly classes: readonly ClassReport[];
}

/** What a run keeps of an evaluation; the class reports follow from the confusion matrix, see `classReports`. */
export type StoredEvaluation = Omit<Evaluation, 'classes'>;
