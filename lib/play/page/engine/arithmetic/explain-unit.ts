/** How one number of a network came about, in the numbers that it is made of. */
import type {
  ExplainUnit,
  LayerInfo,
  LoadedNetwork,
  Look,
  Step,
  Unit,
  UnitExplanation,
  UnitValue,
} from '../types';
import type { Maps } from './geometry';
import { poolingStep } from './pooling';
import { numberOf, textOf } from './settings';
import { softmaxStep } from './softmax';
import { activationSteps, convolutionSteps, denseSteps } from './weighted-sum';

export const explainUnit: ExplainUnit = async (network, look, unit): Promise<UnitExplanation> => {
  const layer = layerNamed(network, unit.layer);
  const shape = mapsShape(layer.outputShape);
  expectInside(unit, layer, shape);
  const output = await look.output(layer.name);
  return {
    unit,
    value: output[indexIn(shape, unit)],
    steps: await stepsOf({ network, look, layer, unit }),
  };
};

/** All that a kind of layer is explained by. */
interface Case {
  readonly network: LoadedNetwork;
  readonly look: Look;
  readonly layer: LayerInfo;
  readonly unit: Unit;
}

/** @returns none for a kind of layer that is not taken apart */
async function stepsOf(each: Case): Promise<Step[]> {
  const { network, layer, unit } = each;
  switch (layer.className) {
    case 'InputLayer':
      return [pixelStep(each)];
    case 'Conv2D':
      return convolutionSteps(layer, await inputOf(each), await network.weights(layer.name), unit);
    case 'Dense':
      return denseSteps(layer, await inputOf(each), await network.weights(layer.name), unit);
    case 'MaxPooling2D':
    case 'AveragePooling2D':
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling2D':
      return [poolingStep(layer, await inputOf(each), unit)];
    case 'BatchNormalization':
      return [await normalisationStep(each)];
    case 'Activation':
    case 'ReLU':
      return activation(each);
    case 'Rescaling':
      return [scalingStep(layer, await sameUnit(each, 0))];
    case 'Add':
      return [await additionStep(each)];
    case 'Concatenate':
    case 'Flatten':
    case 'Reshape':
    case 'Dropout':
    case 'SpatialDropout2D':
    case 'GaussianNoise':
    case 'GaussianDropout':
      return [await copyStep(each)];
    default:
      return [];
  }
}

function pixelStep({ network, look, unit: { y, x, channel } }: Case): Step {
  const { mean, deviation } = network.pack.scale;
  const pixel = look.image.values[(y * look.image.width + x) * look.image.channels + channel];
  return {
    kind: 'pixel',
    pixel,
    mean: mean[channel],
    deviation: deviation[channel],
    output: (pixel - mean[channel]) / deviation[channel],
  };
}

async function activation(each: Case): Promise<Step[]> {
  const { layer, unit } = each;
  if (textOf(layer, 'activation') !== 'softmax') return activationSteps(layer, await sameUnit(each, 0));
  const { values, shape } = await inputOf(each);
  // A softmax over channels: for a list, all of its numbers.
  const from = indexIn(shape, { ...unit, channel: 0 });
  return [softmaxStep(values.slice(from, from + shape[2]), unit.channel)];
}

async function normalisationStep(each: Case): Promise<Step> {
  const { network, layer, unit } = each;
  const weights = await network.weights(layer.name);
  const input = await sameUnit(each, 0);
  // Without a scale or an offset, the layer lacks that weight.
  const at = (name: string, otherwise: number): number =>
    Object.hasOwn(weights, name) ? weights[name].values[unit.channel] : otherwise;
  const [mean, variance] = [at('moving_mean', 0), at('moving_variance', 1)];
  const [gamma, beta] = [at('gamma', 1), at('beta', 0)];
  const epsilon = numberOf(layer, 'epsilon');
  const output = ((input - mean) / Math.sqrt(variance + epsilon)) * gamma + beta;
  return { kind: 'normalisation', input, mean, variance, epsilon, gamma, beta, output };
}

function scalingStep(layer: LayerInfo, input: number): Step {
  const [scale, offset] = [numberOf(layer, 'scale'), numberOf(layer, 'offset', 0)];
  return { kind: 'scaling', input, scale, offset, output: input * scale + offset };
}

async function additionStep(each: Case): Promise<Step> {
  const terms = await Promise.all(
    each.layer.inputs.map(async (layer, i): Promise<UnitValue> => {
      return { ...each.unit, layer, value: await sameUnit(each, i) };
    }),
  );
  return { kind: 'addition', terms, output: terms.reduce((sum, { value }) => sum + value, 0) };
}

async function copyStep(each: Case): Promise<Step> {
  const from = source(each);
  const maps = await inputOf(each, each.layer.inputs.indexOf(from.layer));
  const value = maps.values[indexIn(maps.shape, from)];
  return { kind: 'copy', from: { ...from, value }, output: value };
}

/** The unit whose number is passed on. */
function source({ network, layer, unit }: Case): Unit {
  const shapes = layer.inputs.map((name) => mapsShape(layerNamed(network, name).outputShape));
  if (layer.className === 'Concatenate') {
    let { channel } = unit;
    for (const [i, shape] of shapes.entries()) {
      if (channel < shape[2]) return { ...unit, layer: layer.inputs[i], channel };
      channel -= shape[2];
    }
  }
  // The others keep the order of the numbers.
  const [, columns, depth] = shapes[0];
  const at = indexIn(mapsShape(layer.outputShape), unit);
  const place = Math.floor(at / depth);
  return { layer: layer.inputs[0], y: Math.floor(place / columns), x: place % columns, channel: at % depth };
}

/** The number at the unit's place in one of the layer's inputs. */
async function sameUnit(each: Case, input: number): Promise<number> {
  const { values, shape } = await inputOf(each, input);
  return values[indexIn(shape, each.unit)];
}

async function inputOf({ network, look, layer }: Case, input = 0): Promise<Maps> {
  const name = layer.inputs[input];
  return {
    layer: name,
    shape: mapsShape(layerNamed(network, name).outputShape),
    values: await look.output(name),
  };
}

function layerNamed({ layers }: LoadedNetwork, name: string): LayerInfo {
  const layer = layers.find((each) => each.name === name);
  if (layer) return layer;
  throw new Error(`There is no layer "${name}"; there are: ${layers.map((each) => each.name).join(', ')}.`);
}

/** A list of numbers stands at one place. */
function mapsShape(shape: readonly number[]): [number, number, number] {
  const [channels, width = 1, height = 1] = [...shape].reverse();
  return [height, width, channels];
}

function indexIn([, columns, depth]: readonly [number, number, number], { y, x, channel }: Unit): number {
  return (y * columns + x) * depth + channel;
}

function expectInside({ y, x, channel }: Unit, { name }: LayerInfo, shape: readonly number[]): void {
  const isInside = [y, x, channel].every((at, axis) => Number.isInteger(at) && at >= 0 && at < shape[axis]);
  if (isInside) return;
  throw new Error(`"${name}" has the shape ${shape.join('×')} and no unit at ${y}, ${x}, ${channel}.`);
}
