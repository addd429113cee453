/** How a layer of tfjs becomes operations: what each lowering gets, and the table in which it is entered. */
import type { Graph, Value } from '../graph';
import type { Device, DType, Shape } from '../types';
import type { tf } from '../../runtime/tensorflow';

export type Layer = tf.layers.Layer;

/** What a layer can ask of the graph that it is lowered into. */
export interface Lowering {
  readonly graph: Graph;
  /** Whether dropout drops, and batch normalisation goes by the batch. */
  readonly training: boolean;
  /** False for a layer that is frozen, by itself or with a model around it. */
  readonly trainable: boolean;
  /** What layers compute in. Weights are kept, and statistics computed, in float32. */
  readonly dtype: DType;
  readonly device: Device;
  readonly layer: Layer;
  readonly config: Config;
  /** Of the layer's output, the batch's size open. */
  readonly outputShape: Shape;
  /** The value of the layer's weight `name`, for instance `kernel`; float32 */
  weight(name: string): Value;
  has(name: string): boolean;
  /** Lets a weight follow a statistic of the batch, in training. */
  follow(name: string, statistic: Statistic): void;
  /**
   * Softmax over the last axis; float32, whatever the layers compute in. A cross-entropy of these probabilities is
   * computed from their logits.
   */
  softmax(logits: Value): Value;
  /** int32 [2]: another seed in every step, and for every time that a layer asks. */
  seed(): Value;
  /** @throws NotLowered with this layer's name */
  readonly refuse: (reason: string) => never;
}

/** What a moving average follows: average ← momentum · average + (1 − momentum) · value */
export interface Statistic {
  /** float32, in the weight's shape */
  readonly value: Value;
  readonly momentum: number;
  /**
   * For a variance that was Bessel-corrected: over how many values of each image it was taken. The correction is
   * taken off again. Null for what needs none.
   */
  readonly besselPlaces: number | null;
}

/** @returns the layer's output for its inputs, of which most layers take one */
export type LowerLayer = (inputs: readonly Value[], layer: Lowering) => Value;

const lowerings = new Map<string, LowerLayer>();

/** Enters how the layers of a class are lowered. @param className as the layer's `getClassName()` says */
export function lowers(className: string, lower: LowerLayer): void {
  lowerings.set(className, lower);
}

export function loweringOf(className: string): LowerLayer | undefined {
  return lowerings.get(className);
}

/** A layer's `getConfig()`, read with a check: it comes from outside, as JSON would. */
export class Config {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #refuse: (reason: string) => never;

  constructor(layer: Layer, refuse: (reason: string) => never) {
    this.#values = layer.getConfig();
    this.#refuse = refuse;
  }

  number(key: string): number {
    const value = this.#values[key];
    return typeof value === 'number' ? value : this.#refuse(`its ${key} is ${String(value)}, not a number`);
  }

  flag(key: string): boolean {
    const value = this.#values[key];
    return typeof value === 'boolean' ? value : this.#refuse(`its ${key} is ${String(value)}, not a boolean`);
  }

  text(key: string): string {
    const value = this.#values[key];
    return typeof value === 'string' ? value : this.#refuse(`its ${key} is ${String(value)}, not a text`);
  }

  /** Two numbers, or one for both. */
  pair(key: string): readonly [number, number] {
    const value = this.#values[key];
    if (typeof value === 'number') return [value, value];
    const isPair =
      Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number');
    return isPair
      ? (value as [number, number])
      : this.#refuse(`its ${key} is ${String(value)}, not two numbers`);
  }

  /** Whatever it is; undefined and null are taken for the same. */
  get(key: string): unknown {
    return this.#values[key] ?? undefined;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Refuses images in NCHW. */
  expectChannelsLast(): void {
    const format = this.get('dataFormat');
    if (format === 'channelsFirst') this.#refuse('it takes channels first; build it with channelsLast');
  }

  padding(): 'SAME' | 'VALID' {
    const padding = this.text('padding');
    if (padding === 'same') return 'SAME';
    if (padding === 'valid') return 'VALID';
    return this.#refuse(`its padding is ${padding}; same and valid can be lowered`);
  }
}
