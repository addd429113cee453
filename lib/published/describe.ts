import { grouped } from '../data/text';
import type { KernelType } from '../models/weights/quantise';
import { percent } from './percent';
import type { PublishedRecord } from './record';

const bits: Readonly<Record<KernelType, string>> = { float32: '32', float16: '16', uint8: '8' };

/**
 * One sentence about a record: what was trained on what, by which recipe, and what it reached.
 *
 * VGG16, trained on CIFAR-10 (50,000 images, recipe "best", seed 1): 91.2 % of the 10,000 test images are right, 91.1 %
 * with its weights as stored, in 8 bits.
 */
export function sentenceOn({ network, dataset, recipeName, recipe, test, weights }: PublishedRecord): string {
  const training = `${grouped(dataset.trainImages)} images, recipe "${recipeName}", seed ${recipe.seed}`;
  const stored = weights
    ? `, ${percent(weights.test.accuracy)} with its weights as stored, in ${bits[weights.kernels]} bits`
    : '';
  const views = test.views ? ` (${percent(test.views.accuracy)} with ${test.views.name})` : '';
  return (
    `${network.title}, trained on ${dataset.name} (${training}): ${percent(test.accuracy)} of the ` +
    `${grouped(dataset.testImages)} test images are right${views}${stored}.`
  );
}
