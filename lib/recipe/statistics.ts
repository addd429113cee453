import { checkRanges, count, type Ranges } from './ranges';

/**
 * Re-estimates the statistics that batch normalisation uses in inference before each validation and at the end of a
 * run, from training images without augmentation and with the weights as they are then (Wu & Johnson 2021,
 * https://arxiv.org/abs/2105.07576, section 3: PreciseBN). Moving averages, Keras's way, lag behind the weights, by
 * hundreds of steps if the momentum is 0.99, which shows after a short training and after large steps.
 */
export interface PreciseStatistics {
  /**
   * How many batches of the recipe's size to take them from; always the same images. If the training images fill fewer
   * batches, all of these.
   */
  readonly batches: number;
}

const ranges: Ranges<PreciseStatistics> = { batches: count };

/** @throws UserError that names the first setting out of its range */
export function checkPreciseStatistics(settings: PreciseStatistics): PreciseStatistics {
  checkRanges('preciseStatistics', settings, ranges);
  return settings;
}

/** Defaults to 45 batches. */
export function preciseStatistics(options: Partial<PreciseStatistics> = {}): PreciseStatistics {
  return checkPreciseStatistics({ batches: 45, ...options });
}
