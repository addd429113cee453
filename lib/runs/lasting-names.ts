/**
 * Names that stay the same when a network is built again. tfjs numbers unnamed layers and networks in the order in
 * which a process builds them: `dense_Dense3` is `dense_Dense7` the next time. On disk they are numbered within
 * their network.
 */
import type { NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import { fingerprint } from './plain-data';
import type { Architecture } from './run-files';

/** The lasting name of each automatic name in a network. */
export type LastingNames = ReadonlyMap<string, string>;

/** A network, independent of the numbers in its automatic names. */
export interface DescribedNetwork {
  /** The network's own lasting name. */
  readonly name: string;
  readonly names: LastingNames;
  /** In lasting names. */
  readonly architecture: Architecture;
}

export function describeNetwork(model: tf.LayersModel): DescribedNetwork {
  const architecture = model.toJSON(null, false) as Architecture;
  const names = lastingNames(architecture);
  return {
    name: names.get(model.name) ?? model.name,
    names,
    architecture: withLastingNames(architecture, names),
  };
}

/** A fingerprint of a network's layers and their settings, without seeds: equal for networks of the same architecture. */
export function architectureFingerprint(architecture: Architecture | undefined): string {
  const withoutSeeds = (key: string, value: unknown): unknown => (key === 'seed' ? undefined : value);
  return fingerprint(JSON.parse(JSON.stringify(architecture ?? null), withoutSeeds));
}

/** A network or a layer, as tfjs describes it. */
interface Described {
  readonly class_name: string;
  readonly config: { readonly name?: string; readonly layers?: readonly Described[] };
}

export function lastingNames(architecture: Architecture): LastingNames {
  const all = withInner(architecture as unknown as Described);
  const given = new Set(all.filter((each) => stemOf(each) === undefined).map(({ config }) => config.name));
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const each of all) {
    const stem = stemOf(each);
    if (stem === undefined) continue;
    let number = counts.get(stem) ?? 0;
    do number++;
    while (given.has(`${stem}${number}`));
    counts.set(stem, number);
    names.set(each.config.name!, `${stem}${number}`);
  }
  return names;
}

/** The description of a network in lasting names, including the names of each layer's inputs. */
function withLastingNames(architecture: Architecture, names: LastingNames): Architecture {
  return JSON.parse(JSON.stringify(architecture), (_key, value: unknown) =>
    typeof value === 'string' ? (names.get(value) ?? value) : value,
  ) as Architecture;
}

/** Arrays named `layer/…`, or `model/layer/…`, each under the names that its layer and models have in `names`. */
export function renamed(arrays: NamedArrays, names: ReadonlyMap<string, string>): NamedArrays {
  return new Map(
    [...arrays].map(([name, array]) => {
      const parts = name.split('/').map((part) => names.get(part) ?? part);
      return [parts.join('/'), array];
    }),
  );
}

/** From the lasting names to the network's current ones. */
export function inverse(names: LastingNames): ReadonlyMap<string, string> {
  return new Map([...names].map(([name, lasting]) => [lasting, name]));
}

function withInner(described: Described): Described[] {
  return [described, ...(described.config.layers ?? []).flatMap(withInner)];
}

/** @returns an automatic name without its number; undefined for a name that the user gave */
function stemOf({ class_name: type, config: { name = '' } }: Described): string | undefined {
  const stem = /^(.*\D)\d+$/.exec(name)?.[1];
  if (stem === undefined) return undefined;
  return ['input', 'model', 'sequential_'].includes(stem) || stem.endsWith(`_${type}`) ? stem : undefined;
}
