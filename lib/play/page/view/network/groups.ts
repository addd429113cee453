/** The boxes of a network's picture: layers, or a layer together with those that only finish its work. */
import type { LayerInfo } from '../../engine/types';

export interface Group {
  /** Name of its first layer. */
  readonly id: string;
  /** In the order of computation; each takes the output of the one before. */
  readonly layers: readonly LayerInfo[];
  /** Ids of the groups whose outputs it takes, in order. */
  readonly inputs: readonly string[];
}

/** Layers that change each value by itself, so that maps stay where they are. */
const finishing = new Set([
  'BatchNormalization',
  'LayerNormalization',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
  'Dropout',
  'SpatialDropout2D',
  'AlphaDropout',
  'GaussianNoise',
  'GaussianDropout',
  'Rescaling',
]);

/** @param joins whether a layer is one box with the normalisation, activation and dropout after it */
export function groupsOf(layers: readonly LayerInfo[], joins: boolean): Group[] {
  const uses = new Map<string, number>();
  for (const name of layers.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const groups: { id: string; layers: LayerInfo[]; inputs: string[] }[] = [];
  const groupWith = new Map<string, (typeof groups)[number]>();
  for (const layer of layers) {
    const [input] = layer.inputs;
    const before = layer.inputs.length === 1 ? groupWith.get(input) : undefined;
    const finishes = joins && finishing.has(layer.className) && uses.get(input) === 1;
    if (before && finishes && before.layers[0].className !== 'InputLayer') {
      before.layers.push(layer);
      groupWith.set(layer.name, before);
    } else {
      const inputs = layer.inputs.map((name) => groupWith.get(name)?.id ?? name);
      const group = { id: layer.name, layers: [layer], inputs };
      groups.push(group);
      groupWith.set(layer.name, group);
    }
  }
  return groups;
}

/** The layer of a group whose output goes on. */
export function lastOf({ layers }: Group): LayerInfo {
  return layers[layers.length - 1];
}
