import type { Recipe } from '../recipe';
import { UserError } from '../runtime/errors';
import type { EngineRun } from './engine';
import { statisticsOrder } from './order';

/** @throws UserError if the recipe asks for statistics that the engine cannot take */
export function checkStatistics(
  { preciseStatistics }: Recipe,
  { statistics }: EngineRun,
  engine: string,
): void {
  if (!preciseStatistics || statistics) return;
  throw new UserError(
    `The engine "${engine}" cannot re-estimate batch normalisation's statistics ` +
      `(preciseStatistics, of ${preciseStatistics.batches} batches). Leave it out, or use the engine "graph".`,
  );
}

/**
 * Re-estimates the statistics if the recipe asks for it.
 * @param images indices of the images trained on
 * @returns false if `stopped` returned true before it was done; nothing is changed then
 */
export async function reestimate(
  { preciseStatistics, batchSize, seed }: Recipe,
  { statistics }: EngineRun,
  images: Uint32Array,
  stopped: () => boolean,
): Promise<boolean> {
  if (!preciseStatistics || !statistics || statistics.names.length === 0) return true;
  const { batches } = preciseStatistics;
  return statistics.reestimate(statisticsOrder(images, seed, { batches, batchSize }), stopped);
}
