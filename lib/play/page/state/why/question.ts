/** What "Why" is about: what a network says of the picture, and the class to explain. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { LoadedNetwork, Pixels } from '../../engine/types';
import { bestOf } from '../best';
import { looks } from '../looking';
import { chosen, networks } from '../networks';
import { inputFor } from '../picture';
import { openTab, route } from '../route';

export interface Question {
  readonly network: LoadedNetwork;
  readonly image: Pixels;
  readonly classIndex: number;
}

/** The class that the reader chose; null for the network's answer. */
export const chosenClass = signal<number | null>(null);

/** The place of the network that the reader chose, where two are compared. */
export const chosenPlace = signal(0);

/** The place of the network that is explained. */
export const explainedPlace = computed(() =>
  chosenPlace.value < chosen.value.length ? chosenPlace.value : 0,
);

/** The network that is explained; null before it is loaded. */
export const explained = computed(() => networks[explainedPlace.value].value);

/** Of the network that is explained; null before it has answered. */
export const probabilities = computed(() => looks[explainedPlace.value].value?.probabilities ?? null);

/** Index of the class that is explained; null before the network has answered. */
export const classIndex = computed(() => {
  const shares = probabilities.value;
  if (!shares) return null;
  const wanted = chosenClass.value;
  return wanted !== null && wanted < shares.length ? wanted : bestOf(shares);
});

/** Opens the tab "Why" on the answer of the network in a place. */
export function explain(place: number): void {
  batch(() => {
    chosenPlace.value = place;
    chosenClass.value = null;
    openTab('why');
  });
}

/** Null before the network has answered, and while another tab is open. */
export const question = computed<Question | null>(() => {
  const network = explained.value;
  const index = classIndex.value;
  if (network === null || index === null || route.value.tab !== 'why') return null;
  return { network, image: inputFor(network.pack.imageShape).value, classIndex: index };
});

/**
 * Keeps an answer up to date with a question: one at a time, the latest question first, those between left out.
 * @returns a function that stops it
 */
export function keepAnswered<Asked>(
  read: () => Asked | null,
  answer: (asked: Asked) => Promise<void>,
  fail: (error: unknown) => void,
): () => void {
  let next: Asked | null = null;
  let isBusy = false;
  const work = async (): Promise<void> => {
    isBusy = true;
    while (next !== null) {
      const asked: Asked = next;
      next = null;
      // What was clicked is drawn before the processor is taken.
      await afterDrawing();
      try {
        await answer(asked);
      } catch (error) {
        fail(error);
      }
    }
    isBusy = false;
  };
  return effect(() => {
    next = read();
    if (next !== null && !isBusy) void work();
  });
}

/** Resolves when the browser has drawn what has changed. */
export function afterDrawing(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
