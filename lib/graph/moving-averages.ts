/** Batch normalisation's moving statistics, updated together for a whole store. */
import type { Value } from './graph';
import type { Statistic } from './layers/lowering';
import { scalar } from './ops/cast';
import { constant } from './ops/constant';
import { add, div, mul, sub } from './ops/math';
import { size, type Store } from './store';
import type { ModelWeight, WeightReading, Weights, WeightStore } from './weights';

export interface Follow {
  readonly weight: ModelWeight;
  readonly statistic: Statistic;
}

/**
 * The new values of the stores after a step.
 * @param count number of images in the batch; float32 scalar
 */
export function movingAverages(
  weights: Weights,
  reading: WeightReading,
  follows: readonly Follow[],
  count: Value,
): { readonly each: WeightStore; readonly next: Value }[] {
  const byWeight = new Map<number, Statistic>();
  for (const { weight, statistic } of follows) {
    const before = byWeight.get(weight.id);
    byWeight.set(weight.id, before ? both(before, statistic, count) : statistic);
  }
  return weights.stores.flatMap((each) => {
    const parts = each.weights.map(({ weight }) => byWeight.get(weight.id));
    if (parts.every((part) => part === undefined)) return [];
    const { store } = each;
    const perPart = (value: (part: Statistic | undefined) => number): Value =>
      perElement(store, parts.map(value));
    const values = parts.map((part, i) => part?.value ?? reading.of(each.weights[i].weight));
    let batch = store.join(values);
    if (parts.some((part) => part?.besselPlaces)) {
      // (n − 1) / n, for a variance over n values.
      const share = div(
        perPart((part) => 1 / (part?.besselPlaces ?? Infinity)),
        count,
      );
      batch = mul(batch, sub(scalar(store.graph, 1), share));
    }
    const whole = reading.whole(each);
    const step = mul(
      sub(whole, batch),
      perPart((part) => 1 - (part?.momentum ?? 1)),
    );
    return [{ each, next: sub(whole, step) }];
  });
}

/** One statistic that moves an average as far as two do, one after the other. */
function both(first: Statistic, second: Statistic, count: Value): Statistic {
  const { graph } = count;
  const momentum = first.momentum * second.momentum;
  // Neither moves the average, and the shares below would be 0 / 0.
  if (momentum === 1) return first;
  const share = (value: number): Value => scalar(graph, value / (1 - momentum));
  const value = add(
    mul(uncorrected(first, count), share((1 - first.momentum) * second.momentum)),
    mul(uncorrected(second, count), share(1 - second.momentum)),
  );
  return { value, momentum, besselPlaces: null };
}

function uncorrected({ value, besselPlaces }: Statistic, count: Value): Value {
  if (besselPlaces === null) return value;
  const { graph } = count;
  return mul(value, sub(scalar(graph, 1), div(scalar(graph, 1 / besselPlaces), count)));
}

/** A number for each part, repeated for each of its elements. */
function perElement({ graph, parts, variable }: Store, numbers: readonly number[]): Value {
  const values = parts.flatMap(({ shape }, i) => new Array<number>(size(shape)).fill(numbers[i]));
  return constant(graph, { dtype: 'float32', shape: variable.shape as readonly number[], values });
}
