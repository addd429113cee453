/** The test pictures that are most like the picture in what the classifier sees. */
import { computed, effect, signal } from '@preact/signals';
import { indexFeatures } from '../../engine/explain';
import type { FeatureIndex, Neighbour } from '../../engine/explain/types';
import type { LoadedNetwork } from '../../engine/types';
import { messageOf } from '../errors';
import { pixelsFor } from '../pixels';
import { type PictureSet, testPictures } from '../pictures';
import { afterDrawing, keepAnswered, question } from './question';

/** How many are shown. */
export const shownNeighbours = 12;

export const neighbours = signal<readonly Neighbour[]>([]);
export const nearestError = signal<string | null>(null);

/** How many pictures have passed through the network, of how many. */
export const indexed = signal<{ readonly done: number; readonly total: number }>({ done: 0, total: 0 });

const indices = new WeakMap<LoadedNetwork, FeatureIndex>();

const network = computed(() => question.value?.network ?? null);

/** From now on, while it is looked at. @returns a function that stops it */
export function keepNeighbours(): () => void {
  let isStopped = false;
  const stopIndexing = effect(() => {
    const [wanted, set] = [network.value, testPictures.value];
    if (!wanted || !set) return;
    const index = indexOf(wanted, set);
    indexed.value = { done: index.done, total: index.total };
    void pass(index, () => isStopped || network.peek() !== wanted);
  });
  const stopAsking = keepAnswered(
    () => {
      const asked = question.value;
      const { done } = indexed.value;
      return asked && testPictures.value && done > 0 ? { ...asked, set: testPictures.value } : null;
    },
    async ({ network: of, image, set }) => {
      neighbours.value = await indexOf(of, set).nearest(image, shownNeighbours);
    },
    fail,
  );
  return () => {
    isStopped = true;
    stopIndexing();
    stopAsking();
  };
}

function indexOf(wanted: LoadedNetwork, { pictures }: PictureSet): FeatureIndex {
  const shape = wanted.pack.imageShape;
  const known =
    indices.get(wanted) ??
    indexFeatures(
      wanted,
      pictures.map((raster) => pixelsFor(raster, shape)),
    );
  indices.set(wanted, known);
  return known;
}

const passing = new WeakSet<FeatureIndex>();

/** Passes the pictures through the network, a few at a time. */
async function pass(index: FeatureIndex, isDone: () => boolean): Promise<void> {
  if (passing.has(index)) return;
  passing.add(index);
  try {
    while (!isDone() && (await index.advance())) {
      indexed.value = { done: index.done, total: index.total };
      await afterDrawing();
    }
    if (!isDone()) indexed.value = { done: index.done, total: index.total };
  } catch (error) {
    fail(error);
  } finally {
    passing.delete(index);
  }
}

function fail(error: unknown): void {
  nearestError.value = messageOf(error);
}
