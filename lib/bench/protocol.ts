/**
 * The questions that the bench asks the processes it times, as lines of JSON: one question, one answer. Each contender
 * is a process of its own, so that memory and threads of one don't slow down another, and so that Python can take part.
 */

export type Question =
  /** Build the network with a fresh optimizer, and do everything that happens only once. */
  | { readonly ask: 'prepare'; readonly network: string; readonly batch: number }
  /** Train for that many steps. */
  | { readonly ask: 'train'; readonly steps: number }
  /** Say what is timed: library and version. */
  | { readonly ask: 'describe' };

export interface PrepareAnswer {
  /** From building the model to the end of its first step. */
  readonly seconds: number;
}

export interface TrainAnswer {
  readonly images: number;
  readonly seconds: number;
}

export interface DescribeAnswer {
  readonly description: string;
}

/** What comes instead of an answer if something fails. */
export interface Failure {
  readonly error: string;
}

/**
 * Number of images that every contender holds. They are noise, since the time of a step does not depend on the pixels.
 */
export const benchImages = 10_000;
