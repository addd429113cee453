/** What optimising the input makes of a class: started and stopped by the reader. */
import { signal } from '@preact/signals';
import { searchInput } from '../../engine/explain';
import type { InputSearch } from '../../engine/explain/types';
import type { LoadedNetwork, Pixels } from '../../engine/types';
import { messageOf } from '../errors';
import { afterDrawing, question } from './question';

/** Steps after which it stops by itself. */
export const mostSteps = 96;

export interface Found {
  readonly network: LoadedNetwork;
  readonly classIndex: number;
  readonly seed: number;
  readonly steps: number;
  readonly pixels: Pixels;
  /** Of the class, from 0 to 1. */
  readonly share: number;
}

export const found = signal<Found | null>(null);
export const isSearching = signal(false);
export const searchSeed = signal(1);
export const searchError = signal<string | null>(null);

let search:
  | (InputSearch & { readonly of: LoadedNetwork; readonly about: number; readonly seed: number })
  | null = null;

/** Goes on with the search if it is for the same class and seed; begins anew otherwise. */
export async function startSearch(): Promise<void> {
  const asked = question.peek();
  if (!asked || isSearching.peek()) return;
  const { network, classIndex } = asked;
  const seed = searchSeed.peek();
  isSearching.value = true;
  searchError.value = null;
  try {
    const isSame = search?.of === network && search.about === classIndex && search.seed === seed;
    if (!search || !isSame || search.steps >= mostSteps) {
      search?.dispose();
      search = Object.assign(searchInput(network, classIndex, { seed }), {
        of: network,
        about: classIndex,
        seed,
      });
      await show(search);
    }
    const current = search;
    // Others change it while this waits.
    while (isSearching.peek() && current.steps < mostSteps && question.peek()?.network === network) {
      await current.step();
      await show(current);
      await afterDrawing();
    }
  } catch (error) {
    searchError.value = messageOf(error);
  } finally {
    isSearching.value = false;
  }
}

export function stopSearch(): void {
  isSearching.value = false;
}

async function show(current: NonNullable<typeof search>): Promise<void> {
  const { pixels, probabilities } = await current.picture();
  found.value = {
    network: current.of,
    classIndex: current.about,
    seed: current.seed,
    steps: current.steps,
    pixels,
    share: probabilities[current.about],
  };
}
