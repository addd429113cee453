import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { tf } from '../runtime/tensorflow';
import { EndingLogits } from '../evaluate/ending-logits';
import { checkFit } from '../evaluate/fit';
import { lossOf } from '../evaluate/losses';
import { crossEntropy } from '../recipe';
import { firstBatch, inTrainingMode } from './training-mode';

/** How strongly one batch pulls on the kernels of a network, layer by layer. */
export interface GradientNorms {
  readonly network: string;
  readonly dataset: string;
  /** Number of images in the batch. */
  readonly images: number;
  /** The layers with a kernel, in the order of the network. */
  readonly layers: readonly LayerGradient[];
}

export interface LayerGradient {
  readonly layer: string;
  /** Euclidean norm of the loss's gradient with respect to the kernel. */
  readonly norm: number;
  /** The norm of the gradient divided by the norm of the kernel: how large a step is relative to the weights. */
  readonly relative: number;
}

/**
 * Norms of the gradients of the cross-entropy on the first `images` training images (32 by default), computed by tfjs.
 * Batch normalisation works as in training; dropout is off, so that the numbers are the same each time. Leaves the
 * weights unchanged. The outputs of a network that ends in a linear layer are taken for logits.
 * @throws UserError if the network does not fit the dataset, or there are not that many images
 */
export function gradientNorms(
  model: tf.LayersModel,
  dataset: Dataset,
  { images = 32 }: { images?: number } = {},
): GradientNorms {
  checkFit(model, dataset);
  const kernels = model.layers.flatMap((layer) =>
    layer.trainableWeights
      .filter((weight) => weight.originalName.endsWith('/kernel'))
      .map((weight) => ({ layer: layer.name, variable: weight.read() as tf.Variable })),
  );
  const ending = new EndingLogits(model);
  const endsInLogits = model.layers.at(-1)?.getConfig()['activation'] === 'linear';
  try {
    const layers = inTrainingMode(model, () => {
      const batch = firstBatch(model, dataset, images);
      const labels = tf.tensor1d(Int32Array.from(dataset.train.labels.subarray(0, images)), 'int32');
      const targets = tf.oneHot(labels, dataset.classNames.length).cast('float32');
      const loss = (): tf.Scalar => {
        const value = model.apply(batch, { training: true }) as tf.Tensor;
        const logits = ending.take() ?? (endsInLogits ? value : null);
        return lossOf(crossEntropy(), { value, logits }, targets).mean();
      };
      const { grads } = tf.variableGrads(
        loss,
        kernels.map(({ variable }) => variable),
      );
      return kernels.map(({ layer, variable }) => {
        const norm = tf.norm(grads[variable.name]).dataSync()[0];
        return { layer, norm, relative: norm / tf.norm(variable).dataSync()[0] };
      });
    });
    return { network: titleOf(model), dataset: dataset.name, images, layers };
  } finally {
    ending.restore();
  }
}
