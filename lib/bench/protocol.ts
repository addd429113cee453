/**
 * The questions that the bench asks the processes it times, as lines of JSON: one question, one answer. Each contender
 * is a process of its own, so that memory and threads of one don't slow down another, and so that Python can take part.
 *
 * A contender may be an earlier version of this project. It does not know the fields marked as new, so the bench does
 * without them.
 */
import type { Precision } from '../recipe';

export type Question =
  /** Build the network with a fresh optimizer, and do everything that happens only once. */
  | {
      readonly ask: 'prepare';
      readonly network: string;
      readonly batch: number;
      /** New; float32 if missing. */
      readonly precision?: Precision;
      /** New: how many of the images to train on, again and again; all if missing. */
      readonly images?: number;
    }
  /** Train for that many steps. */
  | { readonly ask: 'train'; readonly steps: number }
  /** Say what is timed: library and version. */
  | { readonly ask: 'describe' };

export interface PrepareAnswer {
  /** From building the model to the end of its first step. */
  readonly seconds: number;
  /** New: weights and moving statistics. */
  readonly parameters?: number;
  /** New: loss of the first step. */
  readonly loss?: number;
  /** New: for one image; only this project counts them. */
  readonly multiplyAdds?: number;
}

export interface TrainAnswer {
  readonly images: number;
  readonly seconds: number;
  /** New: mean over the steps, or over the last of them. */
  readonly loss?: number;
}

export type Device = 'CPU' | 'GPU';

export interface DescribeAnswer {
  readonly description: string;
  /** New. */
  readonly device?: Device;
  /** New; float32 alone if missing. */
  readonly precisions?: readonly Precision[];
  /** New: the networks it has; all if missing. */
  readonly networks?: readonly string[];
}

/** What comes instead of an answer if something fails. */
export interface Failure {
  readonly error: string;
}

/**
 * Number of images that every contender holds. They are noise, since the time of a step does not depend on the pixels.
 */
export const benchImages = 10_000;
