import { Random } from '../data/random';
import { allIndices } from '../data/subset';
import { UserError } from '../runtime/errors';

/** Each use of a seed draws from its own stream, so that a change to one leaves the others as they are. */
export const stream = { order: 1, split: 2, dropout: 3, continued: 4, statistics: 5, partners: 6 } as const;

/** The indices of one epoch in random order, fixed by seed and epoch. `indices` is not changed. */
export function epochOrder(indices: Uint32Array, seed: number, epoch: number): Uint32Array {
  return new Random(seed, stream.order, epoch).shuffle(indices.slice());
}

/**
 * The images for batch normalisation's statistics, always the same in a run: as many whole batches as asked for, or as
 * there are; all images if they do not fill one.
 */
export function statisticsOrder(
  indices: Uint32Array,
  seed: number,
  { batches, batchSize }: { readonly batches: number; readonly batchSize: number },
): Uint32Array {
  const whole = Math.min(batches, Math.floor(indices.length / batchSize));
  const order = new Random(seed, stream.statistics).shuffle(indices.slice());
  return whole === 0 ? order : order.subarray(0, whole * batchSize);
}

export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/**
 * Holds out a random `share` of `count` images, always the same ones, so that runs with different seeds stay
 * comparable.
 * @throws UserError unless both parts get an image
 */
export function splitIndices(count: number, share: number): Split {
  const aside = Math.round(count * share);
  if (!(aside >= 1 && aside < count)) {
    throw new UserError(
      `validation: { split: ${share} } leaves ${aside} of ${count} images for validation. ` +
        'Choose a share between 0 and 1 that gives both sides some, for instance 0.1.',
    );
  }
  const order = new Random(0, stream.split).shuffle(allIndices(count));
  return { train: order.subarray(aside), validation: order.subarray(0, aside) };
}
