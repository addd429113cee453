import type { Dataset } from '../data/types';
import { outputShape } from '../models/costs';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { inputOf, type ImageChoice } from './image';

/** Grids of numbers, all of the same size: a layer's filters, or their responses to an image. */
export interface Maps {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  /** Number of values at each position: 3 for filters over colours, otherwise 1. */
  readonly channels: number;
  /** Each [height, width, channels]. */
  readonly maps: readonly Float32Array[];
}

/**
 * The filters of the first convolution, which see the image's colours.
 * @throws UserError for a network without a convolution
 */
export function firstFilters(model: tf.LayersModel): Maps {
  const layer = model.layers.find((each) => each.getClassName() === 'Conv2D');
  if (!layer) throw new UserError(`"${model.name}" has no convolution, so it has no filters to show.`);
  // By its name: a kernel that is not trained comes after the bias.
  const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('/kernel'));
  if (!kernel) throw new Error(`"${layer.name}" has no kernel`);
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
  const values = tf.tidy(() => tf.transpose(kernel.read(), [3, 0, 1, 2]).dataSync<'float32'>());
  return { layer: layer.name, height, width, channels, maps: pieces(values, filters) };
}

/**
 * A layer's output for one image: a map for each of its filters.
 * @param layerName name of a layer whose output is maps, as in the summary
 * @throws UserError if there is no such layer, or its output is not maps
 */
export function featureMaps(
  model: tf.LayersModel,
  dataset: Dataset,
  layerName: string,
  choice: ImageChoice,
): Maps {
  const layer = model.layers.find(({ name }) => name === layerName);
  const withMaps = model.layers.filter((layer) => outputShape(layer).length === 3);
  if (!layer || !withMaps.includes(layer)) {
    throw new UserError(
      `"${model.name}" has ${layer ? 'no feature maps in its layer' : 'no layer'} "${layerName}". Layers with feature ` +
        `maps: ${withMaps.map(({ name }) => name).join(', ')}.`,
    );
  }
  const [height, width, filters] = outputShape(layer);
  const values = tf.tidy(() => {
    const upToLayer = tf.model({ inputs: model.inputs, outputs: layer.output as tf.SymbolicTensor });
    const maps = upToLayer.predict(inputOf(model, dataset, choice)) as tf.Tensor4D;
    return tf.transpose(maps, [0, 3, 1, 2]).dataSync<'float32'>();
  });
  return { layer: layerName, height, width, channels: 1, maps: pieces(values, filters) };
}

function pieces(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size));
}
