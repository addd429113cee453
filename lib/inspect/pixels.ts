/** A network as a function of pixels, for gradients with respect to an image instead of weights. */
import { outputShape } from '../models/costs';
import { expectOneOfEach } from '../evaluate/fit';
import { trainedWith } from '../evaluate/trained-with';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { classScores, headOf } from './scores';

/** From pixels between 0 and 1, float32 [images, height, width, channels]; `tf.grad` can differentiate it. */
export type OfPixels<T extends tf.Tensor> = (pixels: tf.Tensor) => T;

/**
 * The network from pixels to logits, the inputs of its softmax, float32 [images, classes]. Pixels are scaled as in the
 * network's training; dropout is off, and batch normalisation uses its moving statistics.
 *
 * ```ts
 * const logits = logitsOf(model);
 * const gradient = tf.grad((pixels) => tf.losses.softmaxCrossEntropy(truth, logits(pixels)))(images);
 * ```
 *
 * @throws UserError unless the network ends in a dense layer with softmax
 */
export function logitsOf(model: tf.LayersModel): OfPixels<tf.Tensor2D> {
  expectOneOfEach(model, 'A gradient by pixels');
  const head = headOf(model);
  return (pixels) => classScores(head, scaled(pixels, model));
}

/**
 * The network from pixels to a layer's feature maps, float32 [images, height, width, maps].
 * @param layerName of a layer whose output is maps, as in the summary
 * @throws UserError if there is no such layer, or its output is not maps
 */
export function mapsOf(model: tf.LayersModel, layerName: string): OfPixels<tf.Tensor4D> {
  expectOneOfEach(model, 'A gradient by pixels');
  const withMaps = model.layers.filter((layer) => outputShape(layer).length === 3);
  const layer = withMaps.find(({ name }) => name === layerName);
  if (!layer) {
    const known = withMaps.map(({ name }) => name).join(', ');
    throw new UserError(
      `"${model.name}" has no feature maps in a layer "${layerName}". It has some in: ${known}.`,
    );
  }
  const part = tf.model({ inputs: model.inputs, outputs: layer.output as tf.SymbolicTensor });
  return (pixels) => part.apply(scaled(pixels, model), { training: false }) as tf.Tensor4D;
}

/** What the network takes in place of pixels between 0 and 1. */
function scaled(pixels: tf.Tensor, model: tf.LayersModel): tf.Tensor {
  const { normalisation } = trainedWith(model);
  return normalisation ? pixels.sub(normalisation.mean).div(normalisation.deviation) : pixels;
}
