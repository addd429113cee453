/** From a description that came from Keras to a model of tfjs, without its weights. */
import { tf } from '../runtime/tensorflow';
import type { DescribedLayer, DescribedNetwork, Place } from './description';
import { isGlobalPool } from './known-layers';
import { convertSettings } from './settings';

/** In the format of tfjs, which is Keras 2's. */
interface Topology {
  readonly class_name: string;
  readonly config: object;
}

/**
 * @returns a model whose weights are at their start
 * @throws UserError that names the first layer, setting or activation that tfjs does not have
 */
export async function buildFromKeras(network: DescribedNetwork): Promise<tf.LayersModel> {
  const modelTopology = { ...topology(network), keras_version: '2', backend: 'tensorflow' };
  return tf.loadLayersModel({ load: () => Promise.resolve({ modelTopology }) });
}

function topology({ name, kind, layers, inputs, outputs }: DescribedNetwork): Topology {
  const models = new Set(layers.filter(({ inner }) => inner).map((layer) => layer.name));
  const reshaped = new Set(layers.filter(keepsAxes).map((layer) => layer.name));
  const placed = ([layer, call, output]: Place): Place => {
    return [reshaped.has(layer) ? keptName(layer) : layer, models.has(layer) ? call + 1 : call, output];
  };
  const isSequential = kind === 'Sequential';
  const written = layers.flatMap((layer) => {
    const nodes = layer.calls.map((call) => call.map((place) => [...placed(place), {}]));
    const own = layer.inner ? topology(layer.inner) : leaf(layer, name);
    const first = { ...own, name: layer.name, ...(!isSequential && { inbound_nodes: nodes }) };
    if (!keepsAxes(layer)) return [first];
    const kept = layer.calls.map((_, call) => [[layer.name, call, 0, {}]]);
    return [first, { ...axesKept(layer), ...(!isSequential && { inbound_nodes: kept }) }];
  });
  if (isSequential) return { class_name: 'Sequential', config: { name, layers: written } };
  const ends = { input_layers: inputs.map(placed), output_layers: outputs.map(placed) };
  return { class_name: 'Model', config: { name, layers: written, ...ends } };
}

function leaf(layer: DescribedLayer, network: string): Topology {
  const { name, type } = layer;
  return { class_name: type, config: { name, ...convertSettings(layer, network, 'from Keras') } };
}

/** tfjs's global pools leave out the axes that they pool over; a reshaping after them brings those back. */
function keepsAxes({ type, settings }: DescribedLayer): boolean {
  return isGlobalPool(type) && settings['keepdims'] === true;
}

function keptName(pool: string): string {
  return `${pool}_keepdims`;
}

function axesKept({ name, outputShape = [] }: DescribedLayer): Topology & { readonly name: string } {
  const kept = keptName(name);
  return {
    name: kept,
    class_name: 'Reshape',
    config: { name: kept, target_shape: outputShape.slice(1) },
  };
}
