/** Compares plain data, whatever the order of its keys: which values differ, and whether any do. */
import { createHash } from 'node:crypto';

/**
 * @param there the old data
 * @param here the new data
 * @returns a line for each value that differs, with its path: `recipe.epochs: 10 there, 3 here`
 */
export function differences(there: unknown, here: unknown): string[] {
  const before = flatten(there);
  const after = flatten(here);
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places]
    .filter((place) => before.get(place) !== after.get(place))
    .map(
      (place) => `${place}: ${before.get(place) ?? 'nothing'} there, ${after.get(place) ?? 'nothing'} here`,
    );
}

/** A hash of the data: equal data have equal fingerprints, and different data different ones. */
export function fingerprint(data: unknown): string {
  const leaves = [...flatten(data)].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(leaves)).digest('hex');
}

/** All numbers, strings and so on by their path; a list of such values counts as one value. */
function flatten(value: unknown, place = '', leaves = new Map<string, string>()): Map<string, string> {
  const inner = (key: string): string => (place === '' ? key : `${place}.${key}`);
  if (Array.isArray(value) && value.some((each) => typeof each === 'object' && each !== null)) {
    value.forEach((each, i) => flatten(each, inner(nameOf(each) ?? String(i)), leaves));
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) flatten(each, inner(key), leaves);
  } else if (value !== undefined) {
    leaves.set(place, JSON.stringify(value));
  }
  return leaves;
}

/** Layers have names, which say more than their positions. */
function nameOf(value: unknown): string | undefined {
  const { name, config } = value as { name?: unknown; config?: { name?: unknown } };
  const found = name ?? config?.name;
  return typeof found === 'string' ? found : undefined;
}
