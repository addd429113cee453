import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { tf } from '../runtime/tensorflow';
import { checkFit } from '../evaluate/evaluate';
import { firstBatch, inTrainingMode } from './training-mode';

/** How strongly one batch would move the kernels of a network, layer by layer. */
export interface GradientNorms {
  readonly network: string;
  readonly dataset: string;
  /** Images in the batch. */
  readonly images: number;
  /** Layers with a kernel, in the order of the network. */
  readonly layers: readonly LayerGradient[];
}

export interface LayerGradient {
  readonly layer: string;
  /** Euclidean norm of the loss's gradient by the kernel. */
  readonly norm: number;
  /** Divided by the norm of the kernel: how large a step is beside what is there. */
  readonly relative: number;
}

/**
 * Gradients of the cross-entropy on the first `images` training images, by tfjs: with batch normalisation as in training,
 * and without dropout, so that the numbers are the same each time. The weights stay as they are.
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
  const layers = inTrainingMode(model, () => {
    const batch = firstBatch(model, dataset, images);
    const labels = tf.tensor1d(Int32Array.from(dataset.train.labels.subarray(0, images)), 'int32');
    const targets = tf.oneHot(labels, dataset.classNames.length).cast('float32');
    const loss = (): tf.Scalar => {
      const outputs = model.apply(batch, { training: true }) as tf.Tensor;
      return tf.metrics.categoricalCrossentropy(targets, outputs).mean();
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
}
