/** Turns a tfjs model, of any topology, into operations of a graph. */
import { isModel, leafLayers } from '../models/leaf-layers';
import { layerOutputShape } from '../models/shapes';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { Graph, Value } from './graph';
import { loweringOf, type Lowering } from './layers';
import { Config, type Layer, type Statistic } from './layers/lowering';
import { NotLowered } from './not-lowered';
import { siblingChains, type SiblingChain } from './siblings';
import { concat, identity, split } from './ops/array';
import { cast, scalar } from './ops/cast';
import { abs, add, mul } from './ops/math';
import { l2Loss } from './ops/reduce';
import { softmax } from './ops/activation';
import { sum } from './ops/broadcast';
import { seedOf } from './ops/random';
import type { Device, DType, Shape } from './types';
import type { ModelWeight, WeightReading } from './weights';

export interface LowerOptions {
  readonly training: boolean;
  /** Whether batch normalisation uses the batch's statistics. Defaults to `training`. */
  readonly batchStatistics?: boolean;
  readonly dtype: DType;
  readonly device: Device;
  /** The step's number, int32 scalar, and the seed of its random numbers. Required in training. */
  readonly random?: { readonly step: Value; readonly seed: number };
}

/** The output of a model. */
export interface ModelOutput {
  /** The model's output itself; float32 */
  readonly value: Value;
  /** The input of the softmax that the model ends in, or null if it ends in something else; float32 */
  readonly logits: Value | null;
}

/** The operations of a model. */
export interface LoweredModel {
  readonly outputs: readonly ModelOutput[];
  /** The output of each layer, in the order of computation. */
  readonly layerOutputs: readonly { readonly layer: string; readonly output: Value }[];
  /** Sum of all regularisation terms, 0 if there are none; float32 scalar */
  readonly penalty: Value;
  /** The statistics that moving averages follow in training; one entry for each call of a layer. */
  readonly follows: readonly { readonly weight: ModelWeight; readonly statistic: Statistic }[];
}

/**
 * Adds the operations of `model`, applied to `inputs`, to the graph of the inputs.
 * @throws NotLowered for the first layer that cannot be lowered
 * @throws UserError if the model takes another number of inputs
 */
export function lowerModel(
  model: tf.LayersModel,
  weights: WeightReading,
  inputs: readonly Value[],
  options: LowerOptions,
): LoweredModel {
  if (model.inputs.length !== inputs.length) {
    throw new UserError(`"${model.name}" has ${model.inputs.length} inputs, but ${inputs.length} are given.`);
  }
  return new ModelLowering(inputs[0].graph, model, weights, options).run(inputs);
}

class ModelLowering {
  readonly #layerOutputs: { layer: string; output: Value }[] = [];
  readonly #follows: { weight: ModelWeight; statistic: Statistic }[] = [];
  readonly #penalties: Value[] = [];
  readonly #penalised = new Set<Layer>();
  readonly #trainable: ReadonlyMap<Layer, boolean>;
  /** The logits of each softmax. */
  readonly #logits = new Map<Value, Value>();
  #draws = 0;

  constructor(
    readonly graph: Graph,
    readonly model: tf.LayersModel,
    readonly weights: WeightReading,
    readonly options: LowerOptions,
  ) {
    this.#trainable = new Map(leafLayers(model).map(({ layer, trainable }) => [layer, trainable]));
  }

  run(inputs: readonly Value[]): LoweredModel {
    const outputs = this.#container(
      this.model,
      inputs.map((input) => cast(input, this.options.dtype)),
    );
    return {
      outputs: outputs.map((output) => ({
        value: cast(output, 'float32'),
        logits: this.#logits.get(output) ?? null,
      })),
      layerOutputs: this.#layerOutputs,
      penalty: this.#penalties.length === 0 ? scalar(this.graph, 0) : this.#penalties.reduce(add),
      follows: this.#follows,
    };
  }

  /** Lowers a model, the outermost or a nested one, from its output tensors back to its inputs. */
  #container(model: tf.LayersModel, inputs: readonly Value[]): Value[] {
    const values = new Map<number, Value>(model.inputs.map((tensor, i) => [tensor.id, inputs[i]]));
    const chains = siblingChains(model);
    const evaluate = (tensor: tf.SymbolicTensor): Value => {
      const known = values.get(tensor.id);
      if (known) return known;
      const chain = chains.get(tensor.id);
      if (chain) {
        for (const [id, value] of this.#chain(chain, evaluate(chain.input))) values.set(id, value);
      } else {
        const { sourceLayer, nodeIndex } = tensor;
        const { inputTensors, outputTensors } = sourceLayer.inboundNodes[nodeIndex];
        const outputs = this.#call(sourceLayer, inputTensors.map(evaluate), outputTensors.length);
        outputTensors.forEach(({ id }, i) => values.set(id, outputs[i]));
      }
      return values.get(tensor.id) as Value;
    };
    return model.outputs.map(evaluate);
  }

  #call(layer: Layer, inputs: readonly Value[], outputs: number): readonly Value[] {
    return this.graph.within(layer.name, () => {
      if (isModel(layer)) return this.#container(layer, inputs);
      if (outputs > 1) {
        throw new NotLowered(
          `The layer "${layer.name}" (${layer.getClassName()})`,
          `it has ${outputs} outputs, and only models may have several`,
        );
      }
      const output = this.#lower([layer], inputs);
      // Has the layer's name, so that a trace of the graph reads like the model.
      const named = identity(output, 'output');
      this.#layerOutputs.push({ layer: layer.name, output: named });
      const logits = this.#logits.get(output);
      if (logits) this.#logits.set(named, logits);
      return [named];
    });
  }

  /** @returns the output of each layer in the chain's last stage, by the tensor's id */
  #chain({ stages }: SiblingChain, input: Value): [number, Value][] {
    let joint = input;
    let parts: readonly Value[] = [];
    for (const calls of stages) {
      const layers = calls.map(({ layer }) => layer);
      const lengths = calls.map(({ output }) => output.shape[output.shape.length - 1] ?? 0);
      parts = this.graph.within(`${layers[0].name}_and_${layers.length - 1}_more`, () => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        joint = this.#lower(layers, [joint], total);
        return split(joint, lengths, joint.shape.length - 1);
      });
      layers.forEach(({ name }, i) => this.#layerOutputs.push({ layer: name, output: parts[i] }));
    }
    return stages[stages.length - 1].map(({ output }, i) => [output.id, parts[i]]);
  }

  /**
   * @param layers one layer, or siblings to compute as one wider layer
   * @param width of the wider layer: its channels
   */
  #lower(layers: readonly Layer[], inputs: readonly Value[], width?: number): Value {
    const [first] = layers;
    const named = layers.map(({ name }) => `"${name}"`).join(', ');
    const refuse = (reason: string): never => {
      throw new NotLowered(
        `The layer${layers.length > 1 ? 's' : ''} ${named} (${first.getClassName()})`,
        reason,
      );
    };
    const lower = loweringOf(first.getClassName());
    if (!lower) return refuse('layers of this class are not supported');
    for (const layer of layers) this.#penalise(layer, new Config(layer, refuse), refuse);
    const { dtype } = this.options;
    // From the inputs as they are: images may be smaller than those that the model was built for.
    const [, ...sizes] = layerOutputShape(
      first,
      inputs.map((input) => input.shape),
    );
    const outputShape = [null, ...(width === undefined ? sizes : [...sizes.slice(0, -1), width])];
    return lower(
      inputs.map((input) => cast(input, dtype)),
      this.#lowering(layers, outputShape, refuse),
    );
  }

  #lowering(layers: readonly Layer[], outputShape: Shape, refuse: (reason: string) => never): Lowering {
    const { graph, options } = this;
    const [first] = layers;
    const find = (layer: Layer, name: string): ModelWeight | undefined =>
      layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
    const existing = (name: string): ModelWeight[] =>
      layers.map((layer) => find(layer, name) ?? refuse(`it has no weight "${name}"`));
    // Filters, and weights with one value for each filter, are along the last axis.
    const lastAxis = (weight: ModelWeight): number => weight.shape.length - 1;
    return {
      graph,
      training: options.training,
      batchStatistics: options.batchStatistics ?? options.training,
      trainable: this.#isTrainable(first),
      dtype: options.dtype,
      device: options.device,
      layer: first,
      config: new Config(first, refuse),
      outputShape,
      weight: (name) => {
        const weights = existing(name);
        const values = weights.map((weight) => this.weights.of(weight));
        return values.length === 1 ? values[0] : concat(values, lastAxis(weights[0]));
      },
      has: (name) => find(first, name) !== undefined,
      follow: (name, statistic) => {
        const weights = existing(name);
        const values =
          weights.length === 1
            ? [statistic.value]
            : split(
                statistic.value,
                weights.map(({ shape }) => shape[0] ?? 0),
                0,
              );
        weights.forEach((weight, i) => {
          this.#follows.push({ weight, statistic: { ...statistic, value: values[i] } });
        });
      },
      softmax: (logits) => {
        // bfloat16 is too coarse for small probabilities and for losses.
        const exact = cast(logits, 'float32');
        const probabilities = softmax(exact);
        this.#logits.set(probabilities, exact);
        return probabilities;
      },
      seed: () => {
        const { random } = options;
        if (!random) return refuse('it draws random numbers, for which this graph has no seed');
        return seedOf(random.step, mix(random.seed, ++this.#draws));
      },
      refuse,
    };
  }

  #isTrainable(layer: Layer): boolean {
    return this.#trainable.get(layer) ?? true;
  }

  /**
   * Regularisers belong to weights, not to calls: a shared layer is penalised once. As in Keras, a frozen layer is not
   * penalised.
   */
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
      if (!weight || !this.#isTrainable(layer)) continue;
      this.#penalties.push(
        penalty(this.weights.of(weight), setting, () => refuse(`its ${key} is neither L1 nor L2`)),
      );
    }
  }
}

/** kernelRegularizer → kernel, depthwiseRegularizer → depthwise_kernel */
function weightOf(key: string): string {
  const kind = key.slice(0, -'Regularizer'.length);
  return kind === 'depthwise' || kind === 'pointwise' ? `${kind}_kernel` : kind;
}

/** l1·Σ|w| + l2·Σw², as in Keras. */
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

/** Seeds for independent draws; the multiplier comes from the golden ratio, as in splitmix. */
function mix(seed: number, draw: number): number {
  return (Math.imul(seed | 0, 0x85ebca6b) ^ Math.imul(draw, 0x9e3779b1)) | 0;
}
