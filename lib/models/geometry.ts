import { tf } from '../runtime/tensorflow';

/** How deep a network is, and how much of the image it sees. */
export interface Geometry {
  /** Convolutions and dense layers on the longest path from input to output: the number in a network's name. */
  readonly depth: number;
  /**
   * Pixels of the image, along one side, that a value of the last feature map depends on, before flattening or
   * global pooling. It may be larger than the image.
   */
  readonly receptiveField: number;
}

/** How far back the outputs of a layer reach, along the longest path. */
interface Reach {
  readonly depth: number;
  /** Side of the window that one output value depends on. */
  readonly field: number;
  /** Pixels between the windows of two neighbouring outputs. */
  readonly step: number;
}

const weighted = new Set(['Conv1D', 'Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense']);

/**
 * Follows every path through the network with the usual recurrence (Araujo, Norris & Sim, "Computing Receptive
 * Fields of Convolutional Neural Networks", Distill 2019): after a window of size k and stride s,
 * field' = field + (k − 1)·step and step' = step·s.
 */
export function geometry(model: tf.LayersModel): Geometry {
  const { depth, field } = reachOf(model);
  return { depth, receptiveField: field };
}

function reachOf(model: tf.LayersModel): Reach {
  const known = new Map<tf.SymbolicTensor, Reach>();
  // Goes by tensors, not by layers: a layer that is called twice is at two places.
  const reach = (tensor: tf.SymbolicTensor): Reach => {
    const found = known.get(tensor);
    if (found) return found;
    const result = behind(tensor.sourceLayer, farthest(tensor.inputs.map(reach)));
    known.set(tensor, result);
    return result;
  };
  return farthest(model.outputs.map(reach));
}

function farthest(ways: readonly Reach[]): Reach {
  return {
    depth: Math.max(0, ...ways.map(({ depth }) => depth)),
    field: Math.max(1, ...ways.map(({ field }) => field)),
    step: Math.max(1, ...ways.map(({ step }) => step)),
  };
}

function behind(layer: tf.layers.Layer, { depth, field, step }: Reach): Reach {
  const inner = layer instanceof tf.LayersModel ? reachOf(layer) : reachWithin(layer);
  return {
    depth: depth + inner.depth,
    field: field + (inner.field - 1) * step,
    step: step * inner.step,
  };
}

/** A layer by itself. */
function reachWithin(layer: tf.layers.Layer): Reach {
  const config = layer.getConfig();
  const size = first(config['kernelSize'] ?? config['poolSize'] ?? 1);
  const dilation = first(config['dilationRate'] ?? 1);
  return {
    depth: weighted.has(layer.getClassName()) ? 1 : 0,
    field: (size - 1) * dilation + 1,
    step: first(config['strides'] ?? 1),
  };
}

/** tfjs gives a window's height and width, or one number for both; the networks' windows are square. */
function first(sizes: unknown): number {
  return Array.isArray(sizes) ? (sizes[0] as number) : (sizes as number);
}
