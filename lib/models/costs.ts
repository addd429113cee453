/** What a layer costs, as formulas: arithmetic from its weights, memory from its output. */
import { tf } from '../runtime/tensorflow';
import { layerCalls, type LayerCall } from './shapes';

const bytesPerFloat32 = 4;

/** Layers whose output is their input's memory under another shape. */
const views = new Set(['Flatten', 'Reshape']);

/** Layers that use each weight of their kernels once for each output position. */
const kernels = new Set(['Conv1D', 'Conv2D', 'Conv3D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense']);

/** Layers that use each weight of their kernels once for each input position. */
const spreading = new Set(['Conv2DTranspose', 'Conv3DTranspose']);

/**
 * Multiplications, each with its addition, for one image:
 * output positions × weights in the kernels.
 *
 * A convolution of k×k×Cin×Cout over an output of H×W makes H·W·k²·Cin·Cout of them, a dense layer (one
 * position) Cin·Cout. A transposed convolution goes by its input's positions. Biases, normalisation, activations and pools are left out, as is usual: together they are
 * below 1 % in these networks. A layer of any other type counts as 0.
 */
export function multiplyAdds(layer: tf.layers.Layer): number {
  if (layer instanceof tf.LayersModel) return sum(layer.layers.map(multiplyAdds));
  const input = takesPlaces(layer) ? [1, ...inputShape(layer)] : [];
  return multiplyAddsOf({ layer, inputs: [input], output: [1, ...outputShape(layer)] });
}

/**
 * The same for a whole network, each call of a layer by itself.
 * @param shapes of its inputs, without the number of images; defaults to those that it was built for
 * @throws Misfit if a layer needs other weights for these
 */
export function networkMultiplyAdds(
  model: tf.LayersModel,
  shapes: readonly tf.Shape[] = model.inputs.map(({ shape }) => shape.slice(1)),
): number {
  return sum(layerCalls(model, shapes).map(multiplyAddsOf));
}

function multiplyAddsOf({ layer, inputs: [input], output }: LayerCall): number {
  if (!takesPlaces(layer) && !kernels.has(layer.getClassName())) return 0;
  const places = takesPlaces(layer) ? input : output;
  const positions = product(places.slice(1, -1).map((size) => size ?? 0));
  const weights = layer.weights.filter((weight) => !weight.originalName.endsWith('/bias'));
  return positions * sum(weights.map(({ shape }) => product(shape as number[])));
}

/** Whether it uses its kernel once for each position of its input, and not of its output. */
function takesPlaces(layer: tf.layers.Layer): boolean {
  return spreading.has(layer.getClassName());
}

/**
 * Memory of a layer's output for a batch, in float32:
 * 4 bytes × images × values in the output of one image.
 *
 * Summed over all layers, this is what a training step that keeps every output for its backward pass holds at
 * the turn from forward to backward. Gradients, weights and scratch space come on top; inference, which frees
 * each output after use, needs far less. Inputs and layers that only reshape take no memory of their own.
 */
export function activationBytes(layer: tf.layers.Layer, batchSize: number): number {
  if (layer instanceof tf.LayersModel)
    return sum(layer.layers.map((each) => activationBytes(each, batchSize)));
  const type = layer.getClassName();
  if (type === 'InputLayer' || views.has(type)) return 0;
  return bytesPerFloat32 * batchSize * product(outputShape(layer));
}

/**
 * Without the batch axis: height, width and channels, or the number of units. Of a layer that is called several times,
 * the first call's; tfjs's own `outputShape` throws for a sequential model that is used as a layer, since it writes the
 * same shape in two ways.
 */
export function outputShape(layer: tf.layers.Layer): number[] {
  const [{ outputTensors }] = layer.inboundNodes;
  return outputTensors[0].shape.slice(1).map((size) => size ?? 0);
}

function inputShape(layer: tf.layers.Layer): number[] {
  const [{ inputTensors }] = layer.inboundNodes;
  return inputTensors[0].shape.slice(1).map((size) => size ?? 0);
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
