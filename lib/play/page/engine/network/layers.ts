/** A model's layers as the page's other parts know them. */
import type { Layer } from '../tf';
import type { LayerInfo } from '../types';

export function layerInfo(layer: Layer): LayerInfo {
  const shape = layer.outputShape as (number | null)[];
  return {
    name: layer.name,
    className: layer.getClassName(),
    inputs: inputsOf(layer),
    outputShape: shape.slice(1).map((side) => side ?? 0),
    settings: layer.getConfig(),
    parameters: layer.countParams(),
  };
}

/** Names of the layers that a layer takes its input from. */
function inputsOf(layer: Layer): string[] {
  return layer.inboundNodes[0].inboundLayers.map(({ name }) => name);
}
