/**
 * Layers that apply the same operation to the same value and can be computed as one wider layer. GoogLeNet's blocks
 * begin with three 1×1 convolutions of one input, each followed by batch normalisation and ReLU. As one convolution with
 * three times the filters, they read the input once instead of three times, and its gradient is written once instead of
 * three times and added up.
 */
import type { tf } from '../runtime/tensorflow';
import type { Layer } from './layers/lowering';

/** The only call of a layer. */
export interface Call {
  readonly layer: Layer;
  readonly output: tf.SymbolicTensor;
}

/** Consecutive stages. Each has one call per branch, and these differ only in weights and number of filters. */
export interface SiblingChain {
  readonly input: tf.SymbolicTensor;
  readonly stages: readonly (readonly Call[])[];
}

/** Settings that do not change what a layer computes from its weights; the number of filters may differ too. */
const irrelevant = /^name$|Initializer$|Regularizer$|^filters$|^batchInputShape$/;

/** The activation that combines channels. */
const acrossChannels = 'softmax';

/** @returns the chains among a model's own layers, by the ids of their output tensors */
export function siblingChains(model: tf.LayersModel): ReadonlyMap<number, SiblingChain> {
  const calls = callsOf(model);
  const kept = new Set(model.outputs.map(({ id }) => id));
  const consumers = new Map<number, (Call | null)[]>();
  for (const { call, inputs } of calls) {
    for (const { id } of inputs) {
      const found = consumers.get(id) ?? [];
      consumers.set(id, found);
      // A layer that is called twice, or has several inputs, has no siblings.
      found.push(inputs.length === 1 && call.layer.inboundNodes.length === 1 ? call : null);
    }
  }
  const onlyConsumer = ({ output }: Call): Call | null => {
    const found = consumers.get(output.id) ?? [];
    return found.length === 1 && !kept.has(output.id) ? found[0] : null;
  };
  const chains = new Map<number, SiblingChain>();
  for (const { call, inputs } of calls) {
    for (const branches of alike(consumers.get(inputs[0]?.id) ?? [])) {
      if (branches[0] !== call) continue;
      const stages = [branches];
      for (let next = follow(branches, onlyConsumer); next; next = follow(next, onlyConsumer))
        stages.push(next);
      const chain = { input: inputs[0], stages };
      for (const stage of stages) for (const { output } of stage) chains.set(output.id, chain);
    }
  }
  return chains;
}

/** The convolutions among `calls`, in groups of two or more with the same settings. */
function alike(calls: readonly (Call | null)[]): Call[][] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    if (call?.layer.getClassName() !== 'Conv2D' || !channelwise(call.layer)) continue;
    const key = settings(call.layer);
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

const followers = new Set(['BatchNormalization', 'Activation', 'ReLU', 'LeakyReLU', 'ELU']);

function follow(branches: readonly Call[], next: (call: Call) => Call | null): Call[] | null {
  const calls = branches.flatMap((call) => next(call) ?? []);
  if (calls.length < branches.length) return null;
  const first = settings(calls[0].layer);
  const fits = calls.every(
    ({ layer }) => followers.has(layer.getClassName()) && channelwise(layer) && settings(layer) === first,
  );
  return fits ? calls : null;
}

function channelwise(layer: Layer): boolean {
  return layer.getConfig()['activation'] !== acrossChannels;
}

function settings(layer: Layer): string {
  const config = Object.entries(layer.getConfig()).filter(([key]) => !irrelevant.test(key));
  return JSON.stringify([layer.getClassName(), layer.trainable, config]);
}

interface CallWithInputs {
  readonly call: Call;
  readonly inputs: readonly tf.SymbolicTensor[];
}

/** Every call of a layer between the model's inputs and outputs. */
function callsOf(model: tf.LayersModel): CallWithInputs[] {
  const given = new Set(model.inputs.map(({ id }) => id));
  const calls: CallWithInputs[] = [];
  const seen = new Set<number>();
  const open = [...model.outputs];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    if (seen.has(tensor.id) || given.has(tensor.id)) continue;
    const { sourceLayer, nodeIndex } = tensor;
    const { inputTensors, outputTensors } = sourceLayer.inboundNodes[nodeIndex];
    for (const { id } of outputTensors) seen.add(id);
    calls.push({ call: { layer: sourceLayer, output: tensor }, inputs: inputTensors });
    open.push(...inputTensors);
  }
  return calls.reverse();
}
