import { Network } from '../network/network';
import {
  layersOfTf,
  tf,
  type Layer,
  type Model,
  type SymbolicTensor,
  type Tensor2D,
  type Tensor4D,
} from '../tf';
import type { LayerInfo, LoadedNetwork } from '../types';
import type { ClassActivation } from './types';

/** Layers between the average and the classifier that leave each map one weight. */
const harmless = ['Dropout', 'Flatten', 'Rescaling', 'InputLayer'];

export const classActivation: ClassActivation = async (given, image, classIndex) => {
  const average = averageBeforeClassifier(given);
  if (!average) return null;
  const network = Network.of(given);
  const { height, width } = image;
  const enlarged = tf.tidy(() => {
    const found = mapsBefore(network.layer(average.name), network.model).predict(
      network.input([image]),
    ) as Tensor4D;
    const [, rows, columns, channels] = found.shape;
    const kernel = network.ending.classifier.weights[0].read() as Tensor2D;
    const weights = tf.gather(kernel, [classIndex], 1);
    const sums: Tensor4D = tf.reshape(tf.matMul(tf.reshape(found, [rows * columns, channels]), weights), [
      1,
      rows,
      columns,
      1,
    ]);
    return tf.image.resizeBilinear(sums, [height, width], false, true);
  });
  const values = await enlarged.data<'float32'>();
  enlarged.dispose();
  return { height, width, values };
};

/** The global average pooling that the classifier takes its features from; undefined for networks without. */
export function averageBeforeClassifier({ layers }: Pick<LoadedNetwork, 'layers'>): LayerInfo | undefined {
  const classifier = layers.map(({ className }) => className).lastIndexOf('Dense');
  const before = layers.slice(0, Math.max(0, classifier)).reverse();
  const first = before.find(({ className }) => !harmless.includes(className));
  return first?.className === 'GlobalAveragePooling2D' ? first : undefined;
}

function mapsBefore(average: Layer, model: Model): Model {
  return layersOfTf.model({ inputs: model.inputs, outputs: average.input as SymbolicTensor });
}
