/** A network from its blueprint, with weights that a seed decides. */
import type { BlueprintPack } from '../../../pack';
import { modelFrom } from '../network/build';
import type { Model } from '../tf';

/** How the seeds of a network's layers follow from its own: that of `layerSeeds` in lib/models. */
const multiplier = 0x9e3779b1;

/** The same weights as Node's builder draws from this seed. */
export function buildNetwork(blueprint: BlueprintPack, seed: number): Promise<Model> {
  return modelFrom(reseeded(blueprint.topology, Math.imul(seed, multiplier)) as object);
}

/** A copy of a topology in which every initialiser's seed is moved by the same amount. */
function reseeded(part: unknown, by: number): unknown {
  if (Array.isArray(part)) return part.map((each) => reseeded(each, by));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key === 'seed' && typeof value === 'number' ? (value + by) >>> 0 : reseeded(value, by),
    ]),
  );
}
