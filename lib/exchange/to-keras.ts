/** From a model of tfjs to its description for Keras. */
import { isModel } from '../models/leaf-layers';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { DescribedLayer, DescribedNetwork, Place, Settings } from './description';
import { convertSettings } from './settings';

/** A layer, or a model, as tfjs writes it: Keras 2's format. */
interface Written {
  readonly class_name: string;
  readonly name?: string;
  readonly config: WrittenConfig;
  readonly inbound_nodes?: readonly (readonly (readonly [string, number, number, object?])[])[];
}

interface WrittenConfig {
  readonly name?: string;
  readonly layers?: readonly Written[];
  readonly input_layers?: readonly Place[];
  readonly output_layers?: readonly Place[];
  readonly batch_input_shape?: readonly (number | null)[];
  readonly dtype?: string;
}

/** @throws UserError that names the first layer, setting or activation that Keras does not have */
export function describeForKeras(model: tf.LayersModel): DescribedNetwork {
  // Of a model that is a user's own class, tfjs writes no layers.
  const written = model.toJSON(null, false) as unknown as Written;
  if (!isModel(model) || written.config.layers === undefined) {
    throw new UserError(
      `"${model.name}" is a ${written.class_name}; only tf.model and tf.sequential can be saved.`,
    );
  }
  return network(written);
}

function network({ class_name: type, config }: Written): DescribedNetwork {
  const { name = 'model', layers = [] } = config;
  if (type === 'Sequential') {
    const described = layers.map((layer) => describedLayer(layer, name, new Set()));
    const input = layers[0]?.class_name === 'InputLayer' ? [] : [inputOf(layers[0], name)];
    return { name, kind: 'Sequential', layers: [...input, ...described], inputs: [], outputs: [] };
  }
  const models = new Set(layers.filter(({ config: inner }) => inner.layers).map((layer) => nameOf(layer)));
  return {
    name,
    kind: 'Functional',
    layers: layers.map((layer) => describedLayer(layer, name, models)),
    inputs: (config.input_layers ?? []).map((place) => counted(place, models)),
    outputs: (config.output_layers ?? []).map((place) => counted(place, models)),
  };
}

function describedLayer(layer: Written, within: string, models: ReadonlySet<string>): DescribedLayer {
  const { class_name: type, config, inbound_nodes: nodes = [] } = layer;
  const name = nameOf(layer);
  const calls = nodes.map((node) =>
    node.map(([from, call, output]) => counted([from, call, output], models)),
  );
  if (config.layers) return { name, type, settings: {}, calls, inner: network(layer) };
  const settings = convertSettings({ type, name, settings: config as Settings }, within, 'to Keras');
  return { name, type, settings, calls };
}

/** A model's first call in tfjs is the one that made it, which Keras 3 does not count. */
function counted([layer, call, output]: Place, models: ReadonlySet<string>): Place {
  return [layer, models.has(layer) ? call - 1 : call, output];
}

/** The input of a sequential model, which tfjs writes into its first layer. */
function inputOf(first: Written | undefined, network: string): DescribedLayer {
  const { batch_input_shape: shape, dtype = 'float32' } = first?.config ?? {};
  const inner = first?.config.layers?.[0];
  if (shape === undefined && inner) return inputOf(inner, network);
  if (!shape)
    throw new UserError(
      `"${network}" has no input shape yet. Build it, or name the shape in its first layer.`,
    );
  return { name: `${network}_input`, type: 'InputLayer', settings: { batch_shape: shape, dtype }, calls: [] };
}

function nameOf({ name, config }: Written): string {
  return name ?? config.name ?? '';
}
