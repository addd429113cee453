/** The optimizer's slots, as variables of the graph. */
import { Store } from './store';
import type { ModelWeight } from './weights';

/** One optimizer slot for a store of weights. */
export interface SlotStore {
  readonly store: Store;
  /** A number, or the weights themselves, one for each part. */
  readonly initial: number | readonly ModelWeight[];
}

/** Makes each slot when it is first asked for; the steps of images of all sizes share them. */
export class SlotStores {
  readonly #made = new Map<string, SlotStore>();

  of({ graph, name, parts }: Store, slot: string, initial: SlotStore['initial']): SlotStore {
    const key = `${name}/${slot}`;
    const known = this.#made.get(key);
    if (known) return known;
    const named = parts.map((part) => ({ name: `${part.name}/${slot}`, shape: part.shape }));
    const made = { initial, store: new Store(graph, key, named) };
    this.#made.set(key, made);
    return made;
  }

  /** Those that were made, in that order. */
  get all(): readonly SlotStore[] {
    return [...this.#made.values()];
  }
}
