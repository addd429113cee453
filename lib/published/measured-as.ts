import type { EvaluateOptions } from '../evaluate/evaluate';
import { viewsNames } from '../evaluate/views';
import type { PublishedTest } from './record';

/** The options of `evaluate` that measure a network as a record was: with the same views of each image. */
export function measuredAs({ views }: Pick<PublishedTest, 'views'>): Pick<EvaluateOptions, 'views'> {
  const known = viewsNames.find((name) => name === views?.name);
  // Views of one's own have a name, but nobody else has them.
  return known ? { views: known } : {};
}
