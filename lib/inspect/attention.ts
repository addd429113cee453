/** Which parts of an image a network's prediction depends on, found in two ways. */
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { inputOf, type ImageChoice } from './image';
import { classScores, headOf } from './scores';

/** How much each pixel of an image matters for the score of one class. */
export interface Attention {
  /** The class whose score it is. */
  readonly classIndex: number;
  readonly height: number;
  readonly width: number;
  /** [height, width]. Never negative for saliency; of both signs for class-activation maps. */
  readonly values: Float32Array;
}

export interface AttentionOptions extends ImageChoice {
  /** The class whose score to explain. Defaults to the one that the network finds most probable. */
  readonly classIndex?: number;
}

/**
 * Saliency: the absolute gradient of a class's score with respect to each pixel, the largest of its three colours
 * (Simonyan, Vedaldi & Zisserman 2013, https://arxiv.org/abs/1312.6034). It is large where a small change of the pixel
 * changes the score most.
 * @throws UserError unless the network ends in a dense layer with softmax
 */
export function saliency(model: tf.LayersModel, dataset: Dataset, options: AttentionOptions): Attention {
  const head = headOf(model);
  const [height, width] = dataset.imageShape;
  return tf.tidy(() => {
    const image = inputOf(model, dataset, options);
    const classIndex = options.classIndex ?? mostProbable(classScores(head, image));
    checkClass(classIndex, dataset);
    const score = (pixels: tf.Tensor): tf.Scalar => classScores(head, pixels).gather([classIndex], 1).sum();
    const values = tf.grad(score)(image).abs().max(3).dataSync<'float32'>();
    return { classIndex, height, width, values: values.slice() };
  });
}

/**
 * Class-activation map: the sum of the feature maps before global average pooling, with the classifier's weights for
 * the class (Zhou et al. 2016, https://arxiv.org/abs/1512.04150). Its mean, plus the bias, is the class's score. It is
 * enlarged to the size of the image.
 * @throws UserError for a network without global average pooling before its classifier
 */
export function classActivation(
  model: tf.LayersModel,
  dataset: Dataset,
  options: AttentionOptions,
): Attention {
  const { classifier } = headOf(model);
  const average = model.layers.find((layer) => layer.getClassName() === 'GlobalAveragePooling2D');
  if (!average) {
    throw new UserError(
      `"${model.name}" has no global average pooling, so its classifier has no single weight for each feature map, and ` +
        'there is no class-activation map. Use saliency, which works for any network that ends in softmax.',
    );
  }
  const [height, width] = dataset.imageShape;
  return tf.tidy(() => {
    const image = inputOf(model, dataset, options);
    const maps = tf.model({ inputs: model.inputs, outputs: average.input as tf.SymbolicTensor });
    const found = maps.predict(image) as tf.Tensor4D;
    const [kernel, bias] = classifier.getWeights() as [tf.Tensor2D, tf.Tensor1D | undefined];
    const [channels, classes] = kernel.shape;
    const [, rows, columns] = found.shape;
    const byClass = tf.matMul(found.reshape([rows * columns, channels]), kernel);
    const means = byClass.mean(0).add(bias ?? 0);
    const classIndex = options.classIndex ?? mostProbable(means);
    checkClass(classIndex, dataset);
    const small = byClass.reshape([1, rows, columns, classes]).gather([classIndex], 3) as tf.Tensor4D;
    const values = tf.image.resizeBilinear(small, [height, width], false, true).dataSync<'float32'>();
    return { classIndex, height, width, values: values.slice() };
  });
}

function mostProbable(scores: tf.Tensor): number {
  return scores.flatten().argMax().dataSync()[0];
}

function checkClass(classIndex: number, { classNames }: Dataset): void {
  if (Number.isInteger(classIndex) && classIndex >= 0 && classIndex < classNames.length) return;
  throw new UserError(`There is no class ${classIndex}: there are classes 0 to ${classNames.length - 1}.`);
}
