/** A model's weights as variables of the graph. */
import { keyed, type Weight } from '../models/weights/keys';
import type { tf } from '../runtime/tensorflow';
import type { Graph, Value } from './graph';
import { size, Store, type Part } from './store';
import type { Variable } from './ops/variable';
import type { Treatment } from './treatments';

export type ModelWeight = Weight;

/** One weight, as a part of a store. */
export interface StoredWeight extends Part {
  readonly weight: ModelWeight;
  /** The weight's key (see `weightKeys`). */
  readonly name: string;
}

export interface WeightStore {
  readonly store: Store;
  readonly weights: readonly StoredWeight[];
  /** Of all these weights. */
  readonly treatment: Treatment;
}

/** Weights with up to this many numbers share a store; joining larger ones would cost more than it saves. */
const small = 16_384;

export class Weights {
  readonly stores: readonly WeightStore[];

  /** @param treatmentOf weights that are treated alike may share a store */
  constructor(
    readonly graph: Graph,
    model: tf.LayersModel,
    treatmentOf: (weight: ModelWeight) => Treatment,
  ) {
    const groups = new Map<string, StoredWeight[]>();
    for (const weight of named(model)) {
      const { name } = treatmentOf(weight.weight);
      const key = size(weight.shape) <= small ? name : `${name} ${weight.name}`;
      const group = groups.get(key);
      if (group) group.push(weight);
      else groups.set(key, [weight]);
    }
    this.stores = graph.within('weights', () =>
      [...groups.values()].map((weights) => {
        const treatment = treatmentOf(weights[0].weight);
        const name = weights.length === 1 ? weights[0].name : treatment.name;
        return { weights, treatment, store: new Store(graph, name, weights) };
      }),
    );
  }

  /** In the order of the stores. */
  get all(): readonly StoredWeight[] {
    return this.stores.flatMap(({ weights }) => weights);
  }

  /**
   * The weights at one moment. Each store is read at most once, when it is first needed.
   * @param instead variables to read in place of those of their stores: averages of the same weights
   */
  reading(instead?: ReadonlyMap<Store, Variable>): WeightReading {
    return new WeightReading(this, instead);
  }
}

export class WeightReading {
  readonly #stores: ReadonlyMap<number, WeightStore>;
  readonly #wholes = new Map<WeightStore, Value>();
  readonly #values = new Map<number, Value>();

  constructor(
    weights: Weights,
    readonly instead: ReadonlyMap<Store, Variable> = new Map(),
  ) {
    this.#stores = new Map(
      weights.stores.flatMap((each) => each.weights.map(({ weight }) => [weight.id, each] as const)),
    );
  }

  /** float32, in the weight's own shape */
  of(weight: ModelWeight): Value {
    const store = this.#stores.get(weight.id);
    if (!store) throw new Error(`"${weight.originalName}" is no weight of this model`);
    this.whole(store);
    return this.#values.get(weight.id) as Value;
  }

  /** The value of a store's variable. */
  whole(each: WeightStore): Value {
    const known = this.#wholes.get(each);
    if (known) return known;
    const { store, weights } = each;
    const { graph } = store;
    return graph.outside(() =>
      graph.within(`read_${store.name}`, () => {
        const whole = (this.instead.get(store) ?? store.variable).read();
        this.#wholes.set(each, whole);
        store.split(whole).forEach((value, i) => this.#values.set(weights[i].weight.id, value));
        return whole;
      }),
    );
  }
}

function named(model: tf.LayersModel): StoredWeight[] {
  return keyed(model).map(({ key, weight }) => ({
    weight,
    name: key,
    shape: weight.shape as readonly number[],
  }));
}
