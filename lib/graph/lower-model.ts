/** A model of tfjs, of any topology, as operations of a graph. */
import type { tf } from '../runtime/tensorflow';
import type { Graph, Value } from './graph';
import { loweringOf, type Lowering } from './layers';
import { Config, type Layer } from './layers/lowering';
import { NotLowered } from './not-lowered';
import { identity } from './ops/array';
import { cast, scalar } from './ops/cast';
import { abs, add, mul } from './ops/math';
import { l2Loss } from './ops/reduce';
import { sum } from './ops/broadcast';
import { seedOf } from './ops/random';
import type { Variable } from './ops/variable';
import type { DType, Shape } from './types';
import type { ModelWeight, Weights } from './weights';

export interface LowerOptions {
  readonly training: boolean;
  readonly dtype: DType;
  /** The step's number, int32 scalar, and what else its random numbers depend on. Needed in training. */
  readonly random?: { readonly step: Value; readonly seed: number };
}

/** What became of a model. */
export interface LoweredModel {
  readonly outputs: readonly Value[];
  /** Each layer's output, in the order in which they are computed. */
  readonly layerOutputs: readonly { readonly layer: string; readonly output: Value }[];
  /** The weights as they were read at the start of the step. */
  readonly reads: ReadonlyMap<ModelWeight, Value>;
  /** Penalties on weights: float32 scalars, to be added to the loss. */
  readonly penalties: readonly Value[];
  /** Changes that training makes to statistics. */
  readonly updates: readonly { readonly variable: Variable; readonly next: Value }[];
}

/**
 * Adds the operations of `model` for `inputs` to their graph.
 * @throws NotLowered for the first layer that cannot be lowered
 */
export function lowerModel(
  model: tf.LayersModel,
  weights: Weights,
  inputs: readonly Value[],
  options: LowerOptions,
): LoweredModel {
  return new ModelLowering(inputs[0].graph, weights, options).run(model, inputs);
}

class ModelLowering {
  readonly #layerOutputs: { layer: string; output: Value }[] = [];
  readonly #reads = new Map<ModelWeight, Value>();
  readonly #updates: { variable: Variable; next: Value }[] = [];
  readonly #penalties: Value[] = [];
  readonly #penalised = new Set<Layer>();
  #draws = 0;

  constructor(
    readonly graph: Graph,
    readonly weights: Weights,
    readonly options: LowerOptions,
  ) {}

  run(model: tf.LayersModel, inputs: readonly Value[]): LoweredModel {
    const outputs = this.#container(
      model,
      inputs.map((input) => cast(input, this.options.dtype)),
    );
    return {
      outputs: outputs.map((output) => cast(output, 'float32')),
      layerOutputs: this.#layerOutputs,
      reads: this.#reads,
      penalties: this.#penalties,
      updates: this.#updates,
    };
  }

  /** A model, be it the whole or one that is used as a layer: from its output tensors back to its inputs. */
  #container(model: tf.LayersModel, inputs: readonly Value[]): Value[] {
    const known = new Map<string, readonly Value[]>();
    const values = new Map<number, Value>(model.inputs.map((tensor, i) => [tensor.id, inputs[i]]));
    const evaluate = (tensor: tf.SymbolicTensor): Value => {
      const given = values.get(tensor.id);
      if (given) return given;
      const { sourceLayer, nodeIndex, tensorIndex } = tensor;
      const call = `${sourceLayer.id}:${nodeIndex}`;
      let outputs = known.get(call);
      if (!outputs) {
        const node = sourceLayer.inboundNodes[nodeIndex];
        outputs = this.#call(sourceLayer, node.inputTensors.map(evaluate), node.outputTensors);
        known.set(call, outputs);
      }
      return outputs[tensorIndex];
    };
    return model.outputs.map(evaluate);
  }

  #call(layer: Layer, inputs: readonly Value[], outputs: readonly tf.SymbolicTensor[]): readonly Value[] {
    return this.graph.within(layer.name, () => {
      if (isModel(layer)) return this.#container(layer, inputs);
      const refuse = (reason: string): never => {
        throw new NotLowered(`The layer "${layer.name}" (${layer.getClassName()})`, reason);
      };
      const lower = loweringOf(layer.getClassName());
      if (!lower) return refuse('there is no lowering for layers of its class');
      const config = new Config(layer, refuse);
      this.#penalise(layer, config, refuse);
      const output = lower(inputs, this.#lowering(layer, config, outputs[0].shape, refuse));
      // Named after the layer, so that a trace of the graph reads like the model.
      const named = identity(output, 'output');
      this.#layerOutputs.push({ layer: layer.name, output: named });
      return [output.node.op === 'Softmax' ? output : named];
    });
  }

  #lowering(layer: Layer, config: Config, outputShape: Shape, refuse: (reason: string) => never): Lowering {
    const { graph, options } = this;
    const find = (name: string): ModelWeight | undefined =>
      layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
    const existing = (name: string): ModelWeight => find(name) ?? refuse(`it has no weight "${name}"`);
    return {
      graph,
      training: options.training,
      dtype: options.dtype,
      layer,
      config,
      outputShape: outputShape.map((dim, i) => (i === 0 ? null : dim)),
      weight: (name) => this.#read(existing(name)),
      has: (name) => find(name) !== undefined,
      update: (name, next) => {
        const variable = this.weights.of(existing(name));
        this.#updates.push({ variable, next: next(variable) });
      },
      seed: () => {
        const { random } = options;
        if (!random) return refuse('it draws random numbers, for which this graph has no seed');
        return seedOf(random.step, mix(random.seed, ++this.#draws));
      },
      refuse,
    };
  }

  #read(weight: ModelWeight): Value {
    const known = this.#reads.get(weight);
    if (known) return known;
    const value = this.weights.of(weight).read();
    this.#reads.set(weight, value);
    return value;
  }

  /** Regularisers belong to weights, not to calls: a shared layer is penalised once. */
  #penalise(layer: Layer, config: Config, refuse: (reason: string) => never): void {
    if (this.#penalised.has(layer)) return;
    this.#penalised.add(layer);
    for (const key of config.keys) {
      const setting = config.get(key);
      if (setting === undefined) continue;
      if (key.endsWith('Constraint')) refuse(`it has a ${key}`);
      if (key === 'activityRegularizer') refuse('it has an activityRegularizer');
      if (!key.endsWith('Regularizer')) continue;
      const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${weightOf(key)}`));
      if (!weight) continue;
      this.#penalties.push(
        penalty(this.#read(weight), setting, () => refuse(`its ${key} is neither L1 nor L2`)),
      );
    }
  }
}

/** kernelRegularizer → kernel, depthwiseRegularizer → depthwise_kernel */
function weightOf(key: string): string {
  const kind = key.slice(0, -'Regularizer'.length);
  return kind === 'depthwise' || kind === 'pointwise' ? `${kind}_kernel` : kind;
}

/** l1·Σ|w| + l2·Σw², as Keras has it. */
function penalty(weight: Value, setting: unknown, refuse: () => never): Value {
  const { className, config } = setting as { className?: string; config?: { l1?: number; l2?: number } };
  if (className !== 'L1L2' || !config) return refuse();
  const { graph } = weight;
  const { l1 = 0, l2 = 0 } = config;
  const terms = [
    ...(l1 === 0 ? [] : [mul(sum(abs(weight)), scalar(graph, l1))]),
    // L2Loss halves.
    ...(l2 === 0 ? [] : [mul(l2Loss(weight), scalar(graph, 2 * l2))]),
  ];
  return terms.length === 0 ? scalar(graph, 0) : terms.reduce(add);
}

function isModel(layer: Layer): layer is tf.LayersModel {
  return 'inputs' in layer && 'outputs' in layer && Array.isArray(layer.outputs);
}

/** Seeds for draws that should have nothing in common; the multiplier is the golden ratio's, as in splitmix. */
function mix(seed: number, draw: number): number {
  return (Math.imul(seed | 0, 0x85ebca6b) ^ Math.imul(draw, 0x9e3779b1)) | 0;
}
