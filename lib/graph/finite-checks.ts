/** Finds where values stop being finite. Runs only after a step has failed, so that good steps cost nothing extra. */
import type { Graph, Value } from './graph';
import type { LoweredModel } from './lower-model';
import { pack } from './ops/array';
import { cast } from './ops/cast';
import { allFinite } from './ops/reduce';
import { atSide, signature } from './signatures';
import type { StepInputs } from './step';
import type { Weights } from './weights';

/** The names of the checked layers and weights, in the order of the results. */
export interface Checked {
  readonly layers: readonly string[];
  readonly weights: readonly string[];
}

/**
 * Offers `checkLayers`, for images of this side: indices, step → for each layer's output whether all its values are finite,
 * int32 0 or 1.
 * @returns the names of the layers
 */
export function offerLayerCheck(
  graph: Graph,
  { layerOutputs }: LoweredModel,
  { indices, step }: StepInputs,
  side: number | null,
): readonly string[] {
  graph.within('check', () => {
    graph.offer(atSide(signature.checkLayers, side), {
      inputs: [indices, step],
      outputs: [finite(layerOutputs.map(({ output }) => output))],
    });
  });
  return layerOutputs.map(({ layer }) => layer);
}

/**
 * Offers `checkWeights`: no inputs → the same for each weight.
 * @returns the names of the weights
 */
export function offerWeightCheck(graph: Graph, weights: Weights): readonly string[] {
  const reading = weights.reading();
  graph.within('check', () => {
    graph.offer(signature.checkWeights, {
      inputs: [],
      outputs: [finite(weights.all.map(({ weight }) => reading.of(weight)))],
    });
  });
  return weights.all.map(({ name }) => name);
}

function finite(values: readonly Value[]): Value {
  return pack(values.map((value) => cast(allFinite(value), 'int32')));
}
