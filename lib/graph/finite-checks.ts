/** Finds where values stop being finite. Runs only after a step has failed, so that good steps cost nothing extra. */
import type { Graph, Value } from './graph';
import type { LoweredModel } from './lower-model';
import { pack } from './ops/array';
import { cast } from './ops/cast';
import { allFinite } from './ops/reduce';
import { signature } from './signatures';
import type { StepInputs } from './step';
import type { Weights } from './weights';

/** The names of the checked layers and weights, in the order of the results. */
export interface Checked {
  readonly layers: readonly string[];
  readonly weights: readonly string[];
}

/**
 * Offers `checkLayers`: indices, step → for each layer's output whether all its values are finite, int32 0 or 1; and
 * `checkWeights`: no inputs → the same for each weight.
 */
export function offerChecks(
  graph: Graph,
  { layerOutputs }: LoweredModel,
  weights: Weights,
  { indices, step }: StepInputs,
): Checked {
  const finite = (values: readonly Value[]): Value =>
    pack(values.map((value) => cast(allFinite(value), 'int32')));
  const reading = weights.reading();
  graph.within('check', () => {
    graph.offer(signature.checkLayers, {
      inputs: [indices, step],
      outputs: [finite(layerOutputs.map(({ output }) => output))],
    });
    graph.offer(signature.checkWeights, {
      inputs: [],
      outputs: [finite(weights.all.map(({ weight }) => reading.of(weight)))],
    });
  });
  return {
    layers: layerOutputs.map(({ layer }) => layer),
    weights: weights.all.map(({ name }) => name),
  };
}
