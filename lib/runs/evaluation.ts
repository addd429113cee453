/** The result of measuring a network on images, as it is computed and as a run stores it. */

/** How a network does on some images. Arrays have one entry per image, in the order of the images. */
export interface Measured {
  /** Mean over the images, penalties on weights included. */
  readonly loss: number;
  /** The penalties on weights, a part of `loss`. Missing in results from before it was recorded. */
  readonly penalty?: number;
  /** Fraction of the images whose true class is the most probable one, 0 to 1. */
  readonly accuracy: number;
  /** Fraction of the images whose true class is among the five most probable, 0 to 1. */
  readonly top5: number;
  /** The mean over the images of each metric that the recipe adds, by its name; missing if it adds none. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The most probable class for each image. */
  readonly predictions: Int32Array;
  /** The probability that the network gives that class. */
  readonly confidences: Float32Array;
}

/** How well the network recognises one class. Fractions from 0 to 1; NaN if the denominator is zero. */
export interface ClassReport {
  name: string;
  /** Of the images given this label, the fraction that deserve it. NaN if none was given it. */
  precision: number;
  /** Of the images of this class, the fraction that were given its label. NaN if there are none. */
  recall: number;
  /** Harmonic mean of the two. */
  f1: number;
  /** Number of images of this class. */
  images: number;
}

/** How a trained network does on a set of images. Arrays have one entry per image, in the order of the set. */
export interface Evaluation extends Measured {
  readonly network: string;
  readonly dataset: string;
  readonly on: 'test' | 'train';
  /** Counts of images: a row for each true class, a column for each predicted one. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  readonly classes: readonly ClassReport[];
  /**
   * What it makes of several views of each image, whose outputs are averaged. Everything else is of the images alone, so that
   * results remain comparable. Missing if only these were measured.
   */
  readonly views?: ViewsResult;
}

/** A result for several views of each image. */
export interface ViewsResult extends Measured {
  /** Which views: `mirror`, `mirrorAndShifts`, `tenCrops`, or the name of a user's own. */
  readonly name: string;
}

/**
 * An evaluation as a run stores it. The class reports are left out: `classReports` computes them from the confusion
 * matrix.
 */
export type StoredEvaluation = Omit<Evaluation, 'classes'>;
