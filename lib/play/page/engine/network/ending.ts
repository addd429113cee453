/** The end of a network: the features that its classifier takes, and the logits it makes of them. */
import {
  layersOfTf,
  tf,
  type Layer,
  type Model,
  type SymbolicTensor,
  type Tensor,
  type Tensor2D,
} from '../tf';

export class Ending {
  /** From images to what the classifier takes. */
  readonly features: Model;
  /** The last dense layer. */
  readonly classifier: Layer;

  /** @throws Error with a sentence for the reader if the network has none */
  constructor(model: Model) {
    const classifier = model.layers.filter((layer) => layer.getClassName() === 'Dense').at(-1);
    if (!classifier) throw new Error('The network has no dense layer that tells classes apart.');
    this.classifier = classifier;
    this.features = layersOfTf.model({
      inputs: model.inputs,
      outputs: classifier.input as SymbolicTensor,
    });
  }

  /**
   * Class scores before the softmax, [images, classes].
   * @param input float32 [images, height, width, channels]
   */
  logits(input: Tensor, { training = false }: { readonly training?: boolean } = {}): Tensor2D {
    return tf.tidy(() => this.logitsOf(this.features.apply(input, { training }) as Tensor2D));
  }

  logitsOf(features: Tensor2D): Tensor2D {
    const [kernel, bias] = this.classifier.weights.map((weight) => weight.read());
    const product: Tensor2D = tf.matMul(features, kernel as Tensor2D);
    // A layer without a bias has one weight.
    return this.classifier.weights.length > 1 ? tf.add(product, bias) : product;
  }
}
