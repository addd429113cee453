/**
 * What the bench asks of the processes that it times, as lines of JSON: one question, one answer. Each contender is
 * a process of its own, so that none pays for another's memory or threads, and the Python ones can take part.
 */

export type Question =
  /** Build the network with a fresh optimizer, and get everything out of the way that only happens once. */
  | { readonly ask: 'prepare'; readonly network: string; readonly batch: number }
  /** Train for that many steps. */
  | { readonly ask: 'train'; readonly steps: number }
  /** What is being timed, in words: library, version. */
  | { readonly ask: 'describe' };

export interface PrepareAnswer {
  /** From the model to the end of its first step. */
  readonly seconds: number;
}

export interface TrainAnswer {
  readonly images: number;
  readonly seconds: number;
}

export interface DescribeAnswer {
  readonly description: string;
}

/** Instead of an answer. */
export interface Failure {
  readonly error: string;
}

/** How many images every contender holds; they are noise, since no step's time depends on what is in them. */
export const benchImages = 10_000;
