import type { PublishedRecord } from './record';

/**
 * Seconds that a training takes on its machine if nothing else runs there: all images at the speed of the fastest epoch.
 * Epochs on smaller images have a fastest one of their own. Long runs are trained beside other work, so the seconds that
 * they took say more about that.
 */
export function undisturbedSeconds({ history: { epochs } }: Pick<PublishedRecord, 'history'>): number {
  const fastest = new Map<number | null, number>();
  for (const { side = null, imagesPerSecond } of epochs) {
    fastest.set(side, Math.max(imagesPerSecond, fastest.get(side) ?? 0));
  }
  return epochs.reduce((total, { side = null, seconds, imagesPerSecond }) => {
    return total + (seconds * imagesPerSecond) / (fastest.get(side) ?? imagesPerSecond);
  }, 0);
}
