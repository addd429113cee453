import { allIndices } from '../data/subset';
import type { Dataset, ImageSet } from '../data/types';
import type { Validation } from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { EngineRun } from './engine';
import { splitIndices } from './order';

/** Which images a network is trained on, and how it is validated. */
export interface Division {
  /** Indices into the training images. */
  readonly train: Uint32Array;
  /** The images to validate on, if they are none of the training images. */
  readonly heldOut?: ImageSet;
  /** Absent if nothing is validated. @returns undefined if `stopped` returned true before the last batch */
  readonly validate?: (run: EngineRun, stopped: () => boolean) => Promise<Measured | undefined>;
}

/** @throws UserError for a split that leaves one part empty */
export function divide({ train: images, test }: Dataset, validation: Validation): Division {
  const all = allIndices(images.count);
  if (validation === 'none') return { train: all };
  if (validation === 'test') {
    const indices = allIndices(test.count);
    return { train: all, heldOut: test, validate: (run, stopped) => run.measure(test, indices, stopped) };
  }
  const { train, validation: aside } = splitIndices(images.count, validation.split);
  return { train, validate: (run, stopped) => run.measure(images, aside, stopped) };
}
