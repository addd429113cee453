/** The shapes inside a network for images of another size than it was built for. */
import { messageOf } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { isModel } from './leaf-layers';

/** One call of a layer, with the shapes of what goes in and what comes out for one image: they begin with 1. */
export interface LayerCall {
  readonly layer: tf.layers.Layer;
  readonly inputs: readonly tf.Shape[];
  readonly output: tf.Shape;
}

/** A layer that cannot take an input of such a shape with the weights that it has. */
export class Misfit extends Error {
  /** @param reason as the end of a sentence that begins with the layer */
  constructor(
    readonly layer: tf.layers.Layer,
    readonly reason: string,
  ) {
    super(`The layer "${layer.name}" (${layer.getClassName()}) ${reason}`);
  }
}

/**
 * The calls of all layers, those of nested models included, in the order of computation.
 * @param shapes of the model's inputs for one image, in their order, without the number of images; they may differ from
 *   those that it was built for
 * @throws Misfit for the first layer that needs other weights for them
 */
export function layerCalls(model: tf.LayersModel, shapes: readonly tf.Shape[]): readonly LayerCall[] {
  const calls: LayerCall[] = [];
  const ofOne = shapes.map((shape) => [1, ...shape]);
  follow(model, ofOne, calls);
  return calls;
}

/** @returns the shapes of the model's outputs */
function follow(model: tf.LayersModel, shapes: readonly tf.Shape[], calls: LayerCall[]): tf.Shape[] {
  const known = new Map(model.inputs.map(({ id }, i) => [id, shapes[i]]));
  const shapeOf = (tensor: tf.SymbolicTensor): tf.Shape => {
    const { sourceLayer: layer, nodeIndex } = tensor;
    if (!known.has(tensor.id)) {
      const { inputTensors, outputTensors } = layer.inboundNodes[nodeIndex];
      const inputs = inputTensors.map(shapeOf);
      const outputs = isModel(layer) ? follow(layer, inputs, calls) : [called(layer, inputs, calls)];
      outputTensors.forEach(({ id }, i) => known.set(id, outputs[i]));
    }
    return known.get(tensor.id) as tf.Shape;
  };
  return model.outputs.map(shapeOf);
}

function called(layer: tf.layers.Layer, inputs: readonly tf.Shape[], calls: LayerCall[]): tf.Shape {
  inputs.forEach((shape, i) => {
    expectWeightsFor(layer, shape, i);
  });
  const output = outputShapeFor(layer, inputs);
  if (output.some((size) => size !== null && size < 1)) {
    throw new Misfit(layer, `would be left with nothing: its output would be ${shown(output)}`);
  }
  calls.push({ layer, inputs, output });
  return output;
}

/** A built layer says which of its input's sizes its weights were made for. */
function expectWeightsFor(layer: tf.layers.Layer, shape: tf.Shape, input: number): void {
  // Null until a layer sets it, which tfjs's type does not say.
  const specs = layer.inputSpec as tf.layers.Layer['inputSpec'] | null;
  for (const [axis, size] of Object.entries(specs?.[input]?.axes ?? {})) {
    const found = shape.at(Number(axis)) ?? null;
    if (found === null || found === size) continue;
    const at = Number(axis) === -1 ? 'the last axis' : `the axis ${axis}`;
    throw new Misfit(
      layer,
      `has weights for ${size} values along ${at} of its input, and would get ${found}`,
    );
  }
}

/** @throws Misfit if there is none */
function outputShapeFor(layer: tf.layers.Layer, inputs: readonly tf.Shape[]): tf.Shape {
  try {
    return layerOutputShape(layer, inputs);
  } catch (error) {
    throw new Misfit(layer, `does not take ${inputs.map(shown).join(' and ')}: ${messageOf(error)}`);
  }
}

/** The shape of a layer's only output for inputs of these shapes; its weights are not looked at. */
export function layerOutputShape(
  layer: tf.layers.Layer,
  inputs: readonly (readonly (number | null)[])[],
): tf.Shape {
  const shapes = inputs.map((shape) => [...shape]);
  return layer.computeOutputShape(shapes.length === 1 ? shapes[0] : shapes) as tf.Shape;
}

function shown(shape: tf.Shape): string {
  const [, ...sizes] = shape;
  return `[${sizes.map((size) => size ?? '?').join(', ')}]`;
}
