/** An axis that a few spikes do not flatten. */

/** The least number of values of which some can be called unusual. */
const fewest = 8;

/** How many times the usual spread a value has to lie above the lowest to count as a spike. */
const factor = 3;

export interface SpikeFree {
  readonly range: readonly [number, number];
  /** How many values lie above it. */
  readonly above: number;
  readonly highest: number;
}

/**
 * The range that shows the lowest nine tenths of the values well, if the highest is more than three times as far above
 * the lowest as they are.
 * @returns undefined if all values can be shown together, and for fewer than eight
 */
export function spikeFree(values: readonly number[]): SpikeFree | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length < fewest) return undefined;
  const lowest = sorted[0];
  const highest = sorted[sorted.length - 1];
  const usual = sorted[Math.floor(0.9 * (sorted.length - 1))];
  const spread = usual - lowest;
  if (spread === 0 || highest - lowest <= factor * spread) return undefined;
  const top = usual + 0.15 * spread;
  return {
    range: [lowest - 0.1 * spread, top],
    above: sorted.filter((value) => value > top).length,
    highest,
  };
}
