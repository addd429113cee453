/**
 * Names that stay the same when a network is built again. tfjs numbers the layers that nobody named, and the networks
 * themselves, through all that a process builds: `dense_Dense3` is `dense_Dense7` the next time. What is kept on disk
 * numbers them within their network.
 */
import type { NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import type { Architecture } from './run-files';

/** The name that lasts of each automatic name in a network. */
export type LastingNames = ReadonlyMap<string, string>;

/** What a network is, whatever numbers its names happen to have. */
export interface DescribedNetwork {
  /** Its own name, as it lasts. */
  readonly name: string;
  readonly names: LastingNames;
  /** In names that last. */
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

/** The description of a network in names that last, those of a layer's inputs included. */
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

/** From the names that last to those that the network has now. */
export function inverse(names: LastingNames): ReadonlyMap<string, string> {
  return new Map([...names].map(([name, lasting]) => [lasting, name]));
}

function withInner(described: Described): Described[] {
  return [described, ...(described.config.layers ?? []).flatMap(withInner)];
}

/** @returns an automatic name without its number; undefined for a name that was given */
function stemOf({ class_name: type, config: { name = '' } }: Described): string | undefined {
  const stem = /^(.*\D)\d+$/.exec(name)?.[1];
  if (stem === undefined) return undefined;
  return ['input', 'model', 'sequential_'].includes(stem) || stem.endsWith(`_${type}`) ? stem : undefined;
}
