/** How tfjs layers become operations: the context that each lowering gets, and the table of lowerings by class. */
import type { Graph, Value } from '../graph';
import type { Device, DType, Shape } from '../types';
import type { tf } from '../../runtime/tensorflow';

export type Layer = tf.layers.Layer;

/** The context in which a layer is lowered. */
export interface Lowering {
  readonly graph: Graph;
  /** Whether dropout is on, and whatever else is done in training only. */
  readonly training: boolean;
  /** Whether batch normalisation uses the statistics of the batch, and has moving averages follow them. */
  readonly batchStatistics: boolean;
  /** False if the layer, or a model around it, is frozen. */
  readonly trainable: boolean;
  /** The type that layers compute in. Weights and statistics are float32 in any case. */
  readonly dtype: DType;
  readonly device: Device;
  readonly layer: Layer;
  readonly config: Config;
  /** The shape of the layer's output; the batch size is open. */
  readonly outputShape: Shape;
  /** The value of the layer's weight `name`, for instance `kernel`; float32 */
  weight(name: string): Value;
  has(name: string): boolean;
  /** Makes a weight follow a statistic of the batch, in training. */
  follow(name: string, statistic: Statistic): void;
  /**
   * Softmax over the last axis, in float32 whatever `dtype` is. If these probabilities end the model, its cross-entropy is
   * computed from their logits.
   */
  softmax(logits: Value): Value;
  /** int32 [2]: a seed that differs in every step and at every call of this method. */
  seed(): Value;
  /** @throws NotLowered with this layer's name */
  readonly refuse: (reason: string) => never;
}

/** A statistic that a moving average follows: average ← momentum · average + (1 − momentum) · value */
export interface Statistic {
  /** float32, in the weight's shape */
  readonly value: Value;
  readonly momentum: number;
  /**
   * For a Bessel-corrected variance: the number of values per image that it was taken over, so that the correction can be
   * undone. Null if there is nothing to undo.
   */
  readonly besselPlaces: number | null;
}

/** @returns the layer's output for its inputs; most layers have one */
export type LowerLayer = (inputs: readonly Value[], layer: Lowering) => Value;

const lowerings = new Map<string, LowerLayer>();

/** Registers the lowering for a class of layers. @param className as `getClassName()` returns it */
export function lowers(className: string, lower: LowerLayer): void {
  lowerings.set(className, lower);
}

export function loweringOf(className: string): LowerLayer | undefined {
  return lowerings.get(className);
}

/** A layer's `getConfig()`, with every value checked when it is read, since it may come from a file. */
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

  /** A list of whole numbers, or one of them. */
  integers(key: string): readonly number[] {
    const values = [this.#values[key]].flat();
    return values.every((value): value is number => Number.isInteger(value))
      ? values
      : this.#refuse(`its ${key} is ${JSON.stringify(this.#values[key])}, not a list of whole numbers`);
  }

  /** Two numbers before and after, for rows and for columns. */
  sides(key: string): readonly [readonly [number, number], readonly [number, number]] {
    const value = this.#values[key];
    const isPair = (each: unknown): each is [number, number] =>
      Array.isArray(each) && each.length === 2 && each.every((number) => Number.isInteger(number));
    return Array.isArray(value) && value.length === 2 && value.every(isPair)
      ? (value as [[number, number], [number, number]])
      : this.#refuse(`its ${key} is ${JSON.stringify(value)}, not two pairs of whole numbers`);
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

  /** The value as it is; undefined for null as well. */
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
