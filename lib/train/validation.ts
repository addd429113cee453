import { allIndices } from '../data/subset';
import type { Dataset, ImageSet } from '../data/types';
import type { Validation } from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { EngineRun } from './engine';
import { splitIndices } from './order';

/** Some images of a set. */
export interface Selection {
  readonly set: ImageSet;
  /** Positions in the set. */
  readonly indices: Uint32Array;
}

/** A validation: the images, and what the network made of each, in the order of `indices`. */
export interface Validated extends Selection {
  readonly measured: Measured;
}

/** Which images a network is trained on, and how it is validated. */
export interface Division {
  /** Indices into the training images. */
  readonly train: Uint32Array;
  /** The images to validate on, if they are none of the training images. */
  readonly heldOut?: ImageSet;
  /** The images to validate on. Missing if nothing is validated. */
  readonly validation?: Selection;
}

/** @returns undefined if `stopped` returned true before the last batch */
export async function validate(
  run: EngineRun,
  { set, indices }: Selection,
  stopped: () => boolean,
): Promise<Validated | undefined> {
  const measured = await run.measure(set, indices, stopped);
  return measured && { set, indices, measured };
}

/** @throws UserError for a split that leaves one part empty */
export function divide({ train: images, test }: Dataset, validation: Validation): Division {
  const all = allIndices(images.count);
  if (validation === 'none') return { train: all };
  if (validation === 'test') {
    return { train: all, heldOut: test, validation: { set: test, indices: allIndices(test.count) } };
  }
  const { train, validation: indices } = splitIndices(images.count, validation.split);
  return { train, validation: { set: images, indices } };
}
