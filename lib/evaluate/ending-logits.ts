import { isModel } from '../models/leaf-layers';
import { tf } from '../runtime/tensorflow';

type Softmax = (x: tf.Tensor, axis?: number) => tf.Tensor;

/** The part of tfjs's layers that is used here: those that can end a model in a softmax. */
interface SoftmaxLayer {
  activation?: { getClassName(): string; apply: Softmax };
  softmax?: Softmax;
}

/**
 * Keeps the logits from which the softmax at the end of a model was computed. Even a probability that underflows to 0 in
 * float32 has a logit, and a loss computed from logits stays exact. Keras's tensors remember their logits too.
 */
export class EndingLogits {
  #last: tf.Tensor | null = null;
  /** Whether the model ends in a softmax. */
  readonly areKnown: boolean;
  readonly restore: () => void;

  /** Watches the model until `restore` is called. */
  constructor(model: tf.LayersModel) {
    const layer = endingLayer(model);
    const { activation, softmax } = layer;
    this.areKnown = activation?.getClassName() === 'softmax' || softmax !== undefined;
    if (activation?.getClassName() === 'softmax') {
      const watched: typeof activation = Object.create(activation) as typeof activation;
      watched.apply = this.#watch((x, axis) => activation.apply(x, axis));
      layer.activation = watched;
    } else if (softmax) {
      layer.softmax = this.#watch(softmax);
    }
    this.restore = () => {
      if (activation) layer.activation = activation;
      if (softmax) layer.softmax = softmax;
      this.#forget();
    };
  }

  /**
   * The logits of the model's last call. Call it within a `tf.tidy` or a gradient, which frees them.
   * @returns null for a model that does not end in a softmax
   */
  take(): tf.Tensor | null {
    // A copy that belongs to the caller's scope, since the kept one belongs to none.
    const logits = this.#last?.clone() ?? null;
    this.#forget();
    return logits;
  }

  #watch(softmax: Softmax): Softmax {
    return (x, axis) => {
      this.#forget();
      this.#last = tf.keep(x.clone());
      return softmax(x, axis);
    };
  }

  #forget(): void {
    this.#last?.dispose();
    this.#last = null;
  }
}

function endingLayer(model: tf.LayersModel): SoftmaxLayer {
  let [output] = model.outputs;
  // A nested model gives the output of one of its own layers.
  while (isModel(output.sourceLayer)) output = output.sourceLayer.outputs[output.tensorIndex];
  return output.sourceLayer as unknown as SoftmaxLayer;
}
