/** Convolutions and dense layers: a window's values times a filter's weights. */
import type { LayerInfo, Step, Unit, Weight, Window } from '../types';
import { activationNamed } from './activations';
import { wholeWindow, windowAt, type Maps } from './geometry';
import { slidingOf, textOf } from './settings';
import { softmaxStep } from './softmax';

type Weights = Readonly<Record<string, Weight>>;

export function convolutionSteps(layer: LayerInfo, input: Maps, weights: Weights, unit: Unit): Step[] {
  const filters = weights.kernel.shape[3];
  const all = Array.from({ length: input.shape[2] }, (_, channel) => channel);
  const window = windowAt(input, slidingOf(layer, 'kernelSize'), unit, all);
  const sum = weightedSum(
    window,
    column(weights.kernel.values, unit.channel, filters),
    biasOf(weights, unit.channel),
  );
  return [sum, ...activationSteps(layer, sum.output)];
}

/** A dense layer's input is a list: maps of one place. */
export function denseSteps(layer: LayerInfo, input: Maps, weights: Weights, unit: Unit): Step[] {
  const units = weights.kernel.shape[1];
  const window = wholeWindow(
    input,
    Array.from({ length: input.shape[2] }, (_, channel) => channel),
  );
  const sumOf = (index: number) =>
    weightedSum(window, column(weights.kernel.values, index, units), biasOf(weights, index));
  const sum = sumOf(unit.channel);
  if (textOf(layer, 'activation') !== 'softmax') return [sum, ...activationSteps(layer, sum.output)];
  const logits = Float32Array.from({ length: units }, (_, index) => sumOf(index).output);
  return [sum, softmaxStep(logits, unit.channel)];
}

/** Every `count`-th weight: those of one filter or unit. */
function column(kernel: Float32Array, index: number, count: number): Float32Array {
  return Float32Array.from({ length: kernel.length / count }, (_, row) => kernel[row * count + index]);
}

function biasOf(weights: Weights, index: number): number | undefined {
  return 'bias' in weights ? weights.bias.values[index] : undefined;
}

function weightedSum(
  window: Window,
  kernel: Float32Array,
  bias: number | undefined,
): Extract<Step, { readonly kind: 'weighted-sum' }> {
  const products = window.values.map((value, i) => value * kernel[i]);
  const output = products.reduce((sum, product) => sum + product, bias ?? 0);
  return {
    kind: 'weighted-sum',
    window,
    kernel,
    products,
    bias: bias ?? 0,
    hasBias: bias !== undefined,
    output,
  };
}

/** What a layer's own activation makes of a number; none if it is linear. */
export function activationSteps(layer: LayerInfo, input: number): Step[] {
  const activation = layer.className === 'ReLU' ? 'relu' : textOf(layer, 'activation');
  if (activation === undefined || activation === 'linear') return [];
  const apply = activationNamed(activation);
  if (!apply) throw new Error(`The activation "${activation}" is not taken apart.`);
  return [{ kind: 'activation', activation, input, output: apply(input) }];
}
