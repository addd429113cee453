/** Where the time of a training step goes, from TensorFlow's own trace. */
import { summary } from '../models';
import type { tf } from '../runtime/tensorflow';

/** A node of the graph as TensorFlow ran it, after its own rewriting. */
export interface TracedNode {
  readonly name: string;
  /** For instance `_MklNativeFusedConv2D`. */
  readonly operation: string;
  /** In one step. Operations that run side by side share the cores, so these add up to more than the step takes. */
  readonly seconds: number;
}

export interface Profile {
  readonly tensorflow: string;
  readonly secondsPerStep: number;
  /** Floating-point operations a second of a product of two matrices of 2048×2048, in the same process. */
  readonly matrixRate: number;
  readonly nodes: readonly TracedNode[];
}

/** What a step spends its time on. */
export const kinds = [
  'convolutions',
  'gradients of filters',
  'gradients of inputs',
  'matrix products',
  'batch normalisation',
  'activations',
  'pooling',
  'dropout',
  'merges',
  'images',
  'loss',
  'optimizer',
  'the rest',
] as const;

export type Kind = (typeof kinds)[number];

const byOperation: readonly (readonly [RegExp, Kind])[] = [
  [/Conv2D(Native)?BackpropFilter|Conv2dNativeBackpropFilter/, 'gradients of filters'],
  [/Conv2D(Native)?BackpropInput|Conv2dNativeBackpropInput/, 'gradients of inputs'],
  [/Conv2D|Conv2dNative/, 'convolutions'],
  [/MatMul/, 'matrix products'],
  [/BatchNorm/, 'batch normalisation'],
  // Within other layers too: that of a convolution, and one that is computed after the pooling that it comes before.
  [/Relu|Elu|Selu|Tanh|Sigmoid|Softplus|Softsign/, 'activations'],
  [/Pool/, 'pooling'],
  [/ResourceApply/, 'optimizer'],
];

const byClass: readonly (readonly [RegExp, Kind])[] = [
  [/Normalization/, 'batch normalisation'],
  [/Activation|ReLU|ELU|Softmax/, 'activations'],
  [/Pool/, 'pooling'],
  [/Dropout|Noise/, 'dropout'],
  [/Add|Concatenate|Multiply|Average|Maximum|Minimum/, 'merges'],
];

/** The seconds of each kind in one step. @param model the network that the graph was made of */
export function secondsByKind({ nodes }: Profile, model: tf.LayersModel): ReadonlyMap<Kind, number> {
  const classes = new Map(model.layers.map((layer) => [layer.name, layer.getClassName()]));
  const seconds = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  for (const node of nodes) {
    const kind = kindOf(node, classes);
    seconds.set(kind, (seconds.get(kind) ?? 0) + node.seconds);
  }
  return seconds;
}

function kindOf({ name, operation }: TracedNode, classes: ReadonlyMap<string, string>): Kind {
  const found = byOperation.find(([pattern]) => pattern.test(operation));
  if (found) return found[1];
  const path = name.split('/');
  // Siblings that are computed as one layer bear the first one's name.
  const layer = path.map((part) => classes.get(part.replace(/_and_\d+_more$/, ''))).find((each) => each);
  const ofLayer = layer && byClass.find(([pattern]) => pattern.test(layer));
  if (ofLayer) return ofLayer[1];
  if (path.includes('input')) return 'images';
  if (path.includes('loss')) return 'loss';
  // Outside all layers: the joining and splitting of weights, and the update itself.
  return layer ? 'the rest' : 'optimizer';
}

/** The kinds whose arithmetic `multiplyAddsOfAStep` counts. */
const products = ['convolutions', 'gradients of filters', 'gradients of inputs', 'matrix products'] as const;

/** For one image: forward, back to weights and back to inputs, but for the first layer, whose input is the images. */
export function multiplyAddsOfAStep(model: tf.LayersModel): number {
  const { rows, multiplyAdds } = summary(model);
  const first = rows.find((row) => row.multiplyAdds > 0)?.multiplyAdds ?? 0;
  return 3 * multiplyAdds - first;
}

/** Floating-point operations a second. */
export interface Rates {
  /** While convolutions and matrix products run. */
  readonly products: number;
  readonly step: number;
}

/** @param batch the number of images in a step */
export function ratesOf(profile: Profile, model: tf.LayersModel, batch: number): Rates {
  const operations = 2 * multiplyAddsOfAStep(model) * batch;
  const seconds = secondsByKind(profile, model);
  const ofProducts = products.reduce((sum, kind) => sum + (seconds.get(kind) ?? 0), 0);
  return { products: operations / ofProducts, step: operations / profile.secondsPerStep };
}
