/**
 * The settings that all optimizers share: decay, clipping, layers that are treated differently, averages of weights, and
 * accumulation. A setting that is missing is off, so recipes recorded before it existed mean the same.
 */
import { check } from '../runtime/check';
import {
  aboveZeroToOne,
  atLeastTwo,
  belowOne,
  checkedApart,
  checkRanges,
  count,
  flag,
  notNegative,
  oneOf,
  optional,
  orNull,
  positive,
  text,
  type Ranges,
} from './ranges';

export interface UpdateSettings {
  /** The schedule multiplies it by a factor that changes over the run. */
  readonly learningRate: number;
  /**
   * Decoupled weight decay (Loshchilov & Hutter 2017, https://arxiv.org/abs/1711.05101): each step also shrinks a
   * weight by the share `learningRate · weightDecay`. 0 for none.
   */
  readonly weightDecay: number;
  /**
   * Which weights decay: `all` trainable ones, as in Keras, or only the `kernels`, as is common practice, without
   * biases and the parameters of batch normalisation.
   */
  readonly decayed: 'all' | 'kernels';
  /**
   * Gradients are scaled down together so that their global norm is at most this; null for no clipping. At most one of
   * the three ways to clip may be used, as in Keras, where this one is `global_clipnorm`.
   */
  readonly clipNorm: number | null;
  /** The gradient of each weight is scaled down so that its own norm is at most this; Keras's `clipnorm`. */
  readonly clipWeightNorm?: number;
  /** Each number of a gradient is brought into the range from `-clipValue` to `clipValue`; Keras's `clipvalue`. */
  readonly clipValue?: number;
  /**
   * What is different for some of the layers. If several entries match one, rates and decays multiply, and a layer is
   * frozen while any of them freezes it.
   */
  readonly layers?: readonly LayerSettings[];
  /**
   * Weights are updated once in so many steps, with the mean of the gradients since the last update; Keras's
   * `gradient_accumulation_steps`. The learning rate is that of the step in which the update happens, Adam's bias
   * correction counts updates, and gradients left over at an epoch's end are carried on. The moving statistics of batch
   * normalisation follow each step.
   */
  readonly accumulate?: number;
  readonly lookahead?: Lookahead;
  readonly ema?: Ema;
}

/** Layers whose weights are updated more slowly, faster, later or for less long than those of the others. */
export interface LayerSettings {
  /**
   * A layer's name, in which `*` stands for any characters: `conv*`. The name of a nested model means all layers in it.
   */
  readonly layers: string;
  /** Multiplies the learning rate of these layers, and with it their weight decay. */
  readonly rate?: number;
  /** Multiplies the weight decay of these layers once more: with `rate: 64`, `decay: 1 / 64` leaves it as it was. */
  readonly decay?: number;
  /**
   * For so many epochs, nothing about these layers changes: neither weights, nor the optimizer's slots, nor batch
   * normalisation's moving statistics. An optimizer counts a weight's updates from then on. Unlike a layer that is not
   * trainable, a batch normalisation still normalises by the batch meanwhile: one graph serves all epochs.
   */
  readonly frozenEpochs?: number;
  /**
   * After so many epochs, those in which they are frozen included, these layers are trained no more. Only their averages
   * go on, until they agree with the weights; Lookahead brings both to where they meet.
   */
  readonly trainedEpochs?: number;
}

/**
 * An exponential moving average of the trained weights (Polyak & Juditsky 1992), which takes the share `1 − decay` of the
 * new weights after every update; Keras's `use_ema` with `ema_momentum`. Training goes on with the weights themselves, but
 * the averages are validated, kept as the best, and what the network ends with. Batch normalisation's moving statistics
 * are averages already and stay as they are.
 */
export interface Ema {
  readonly decay: number;
}

/**
 * Zhang et al. 2019, https://arxiv.org/abs/1907.08610. After every `steps` updates, slow weights go the share `share` of the
 * way to the trained ones, which go on from there. The slow weights are validated and what the network ends with, unless
 * there is an `ema` as well.
 */
export interface Lookahead {
  readonly steps: number;
  readonly share: number | FallingShare;
  /**
   * Whether batch normalisation's moving statistics have slow values too, and go on from them. Defaults to false: they
   * follow the trained weights alone.
   */
  readonly statistics?: boolean;
}

/**
 * A share that falls from 1 to `final` over the run: after the part t of its steps it is 1 − (1 − `final`) · t^`power`, so
 * that the slow weights hold on to more and more of what they were. In Jordan 2024 (https://arxiv.org/abs/2404.00498) they
 * keep 0.95⁵ · t³ every five steps: `{ steps: 5, share: { final: 1 - 0.95 ** 5, power: 3 }, statistics: true }`.
 */
export interface FallingShare {
  readonly final: number;
  readonly power: number;
}

export const updateRanges: Ranges<UpdateSettings> = {
  learningRate: notNegative,
  weightDecay: notNegative,
  decayed: oneOf('all', 'kernels'),
  clipNorm: orNull(positive),
  clipWeightNorm: optional(positive),
  clipValue: optional(positive),
  layers: optional({ allowed: 'a list of { layers, rate, frozenEpochs }', holds: Array.isArray }),
  accumulate: optional(atLeastTwo),
  lookahead: checkedApart,
  ema: checkedApart,
};

const layerRanges: Ranges<LayerSettings> = {
  layers: text,
  rate: optional(positive),
  decay: optional(notNegative),
  frozenEpochs: optional(count),
  trainedEpochs: optional(count),
};
const emaRanges: Ranges<Ema> = { decay: belowOne };
const lookaheadRanges: Ranges<Lookahead> = {
  steps: count,
  share: {
    allowed: `${aboveZeroToOne.allowed}, or { final, power } for one that falls`,
    holds: (value) => (typeof value === 'object' && value !== null) || aboveZeroToOne.holds(value),
  },
  statistics: optional(flag),
};
const fallingShareRanges: Ranges<FallingShare> = { final: aboveZeroToOne, power: positive };

/** What `updateRanges` does not say. @throws UserError that names the first setting that is wrong */
export function checkUpdateSettings(path: string, settings: UpdateSettings): void {
  const { clipNorm, clipWeightNorm, clipValue, layers, ema, lookahead } = settings;
  const clipping = Object.entries({ clipNorm: clipNorm ?? undefined, clipWeightNorm, clipValue });
  const used = clipping.filter(([, value]) => value !== undefined);
  for (const [name, value] of used.slice(1)) {
    check(false, `${path}.${name}`, value, `left out, as ${used[0][0]} clips already: take one of them`);
  }
  layers?.forEach((each, i) => {
    checkRanges(`${path}.layers[${i}]`, each, layerRanges);
  });
  if (ema !== undefined) checkRanges(`${path}.ema`, ema, emaRanges);
  if (lookahead === undefined) return;
  checkRanges(`${path}.lookahead`, lookahead, lookaheadRanges);
  const { share } = lookahead;
  if (typeof share === 'object') checkRanges(`${path}.lookahead.share`, share, fallingShareRanges);
}

/** The slot that holds the weights which are validated and kept in place of the trained ones, if there is one. */
export function averageSlot({ ema, lookahead }: UpdateSettings): 'average' | 'slow' | null {
  if (ema !== undefined) return 'average';
  return lookahead === undefined ? null : 'slow';
}
