import { modelInputs } from '../models/model-inputs';
import { encodeSavedModel } from './saved-model';
import { TrainingGraph } from './training-graph';
import type { TrainingGraphOptions } from './training-options';
import type { DType, Shape } from './types';

/** A training graph for other programs. */
export interface DescribedGraph {
  /** The bytes of a saved_model.pb; its variables have no values yet. */
  readonly savedModel: Uint8Array;
  /** By name: what to feed and what to fetch. */
  readonly signatures: Readonly<
    Record<
      string,
      {
        readonly inputs: readonly { readonly ref: string; readonly dtype: DType; readonly shape: Shape }[];
        readonly outputs: readonly string[];
      }
    >
  >;
}

/** @throws NotLowered if the model or the loss cannot be compiled */
export function describeTrainingGraph(
  options: Omit<TrainingGraphOptions, 'inputs' | 'weighted'>,
): DescribedGraph {
  const { graph } = new TrainingGraph({ ...options, inputs: modelInputs(options.model), weighted: false });
  const signatures = [...graph.signatures].map(([name, { inputs, outputs }]) => [
    name,
    {
      inputs: inputs.map(({ ref, dtype, shape }) => ({ ref, dtype, shape })),
      outputs: outputs.map(({ ref }) => ref),
    },
  ]);
  return {
    savedModel: encodeSavedModel(graph),
    signatures: Object.fromEntries(signatures) as DescribedGraph['signatures'],
  };
}
