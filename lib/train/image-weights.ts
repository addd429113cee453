/** How much images count in the training loss. */
import { sha256 } from '../data/hash';
import { grouped } from '../data/text';
import type { Dataset } from '../data/types';
import type { Recipe } from '../recipe';
import { check } from '../runtime/check';
import { UserError } from '../runtime/errors';

/** @throws UserError unless there is a weight for each class, if there are any */
export function checkClassWeights({ classWeights }: Pick<Recipe, 'classWeights'>, dataset: Dataset): void {
  const count = dataset.classNames.length;
  check(
    classWeights === null || classWeights.length === count,
    'classWeights',
    classWeights,
    `a list of ${count} numbers, one for each class of ${dataset.name}`,
  );
}

/**
 * @returns a copy of the weights; undefined if there are none
 * @throws UserError unless there is a number of at least 0 for each training image, and one above 0
 */
export function checkedSampleWeights(
  weights: ArrayLike<number> | undefined,
  { train, name }: Dataset,
): Float32Array | undefined {
  if (weights === undefined) return undefined;
  if (weights.length !== train.count) {
    throw new UserError(
      `sampleWeights has ${grouped(weights.length)} numbers, but has to have one for each of the ` +
        `${grouped(train.count)} training images of ${name}.`,
    );
  }
  const copy = Float32Array.from(weights);
  const wrong = copy.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  check(wrong < 0, `sampleWeights[${wrong}]`, weights[wrong], 'a number of at least 0');
  check(
    copy.some((weight) => weight > 0),
    'sampleWeights',
    0,
    'above 0 for some image',
  );
  return copy;
}

/** What a run records of the weights. */
export function weightsDigestOf(weights: Float32Array): string {
  return sha256(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength));
}
