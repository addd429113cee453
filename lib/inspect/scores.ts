import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';

/** A network split before its last layer: the features, and the dense layer that scores them. */
export interface Head {
  /** From images to the input of the last layer. */
  readonly features: tf.LayersModel;
  /** The last layer, a dense one with softmax. */
  readonly classifier: tf.layers.Layer;
}

/** @throws UserError unless the network ends in a dense layer with softmax */
export function headOf(model: tf.LayersModel): Head {
  const classifier = model.layers[model.layers.length - 1];
  if (classifier.getClassName() !== 'Dense' || classifier.getConfig()['activation'] !== 'softmax') {
    throw new UserError(
      `"${model.name}" ends in "${classifier.name}", a ${classifier.getClassName()} layer; expected a dense layer ` +
        'with softmax, whose inputs are the scores of the classes.',
    );
  }
  return {
    features: tf.model({ inputs: model.inputs, outputs: classifier.input as tf.SymbolicTensor }),
    classifier,
  };
}

/**
 * The inputs of the classifier's softmax: one score for each class, on no fixed scale.
 * @param images float32 [batch, height, width, channels], scaled as in training
 * @returns float32 [batch, classes]
 */
export function classScores({ features, classifier }: Head, images: tf.Tensor): tf.Tensor2D {
  const [kernel, bias] = classifier.getWeights() as [tf.Tensor2D, tf.Tensor1D | undefined];
  const scores: tf.Tensor2D = tf.matMul(features.apply(images, { training: false }) as tf.Tensor2D, kernel);
  return bias ? scores.add(bias) : scores;
}
