/** What becomes of the probabilities when part of the picture is covered: measured where the reader drags, or everywhere. */
import { computed, effect, signal } from '@preact/signals';
import { occlusion, Pace } from '../../engine/explain';
import type { Heat } from '../../engine/explain/types';
import type { LoadedNetwork, Pixels } from '../../engine/types';
import { messageOf } from '../errors';
import { afterDrawing, classIndex, probabilities, question } from './question';

/** Sides of the square, as shares of the picture's. */
export const patchSizes = [1 / 8, 1 / 4, 3 / 8] as const;

/** Places of the map down and across, at most. */
const finest = 16;

export const patchSize = signal<number>(patchSizes[1]);

/** Row and column of the square's centre in the grid. */
export const place = signal({ row: 8, column: 8 });

export const occlusionError = signal<string | null>(null);

/** Whether the rest of the map is being measured. */
export const isSweeping = signal(false);

interface Subject {
  readonly network: LoadedNetwork;
  readonly image: Pixels;
}

let last: Subject | null = null;

/** The class that is asked about changes nothing that was measured. */
const subject = computed<Subject | null>(() => {
  const asked = question.value;
  if (asked === null) return null;
  if (last?.network !== asked.network || last.image !== asked.image) {
    last = { network: asked.network, image: asked.image };
  }
  return last;
});

export const grid = computed(() => {
  const image = subject.value?.image;
  if (!image) return null;
  const side = Math.min(image.height, image.width);
  const stride = Math.max(1, Math.round(side / finest));
  return occlusion.grid(image, Math.max(1, Math.round(side * patchSize.value)), stride);
});

/** All classes' probabilities under the patches measured so far, by the patch's index. */
const measured = signal<ReadonlyMap<number, Float32Array>>(new Map());

export const measuredCount = computed(() => measured.value.size);

/** Index of the patch that the reader holds. */
const held = computed(() => {
  const { row, column } = place.value;
  return grid.value
    ? Math.min(row, grid.value.rows - 1) * grid.value.columns + Math.min(column, grid.value.columns - 1)
    : 0;
});

/** The picture under the square. */
export const coveredPicture = computed(() => {
  const image = subject.value?.image;
  return image && grid.value ? occlusion.cover(image, grid.value.patches[held.value]) : null;
});

/** All probabilities under the square; null before they are measured. */
export const sharesUnder = computed(() => measured.value.get(held.value) ?? null);

/** How far the class's probability falls under each patch: above 0 where the patch hides what speaks for it. */
export const dropMap = computed<Heat | null>(() => {
  const [shares, index] = [probabilities.value, classIndex.value];
  if (!grid.value || !shares || index === null) return null;
  const { rows, columns } = grid.value;
  const values = new Float32Array(rows * columns).fill(NaN);
  for (const [at, under] of measured.value) values[at] = shares[index] - under[index];
  return { height: rows, width: columns, values };
});

/** Patches that were dragged over, the latest last, and those that a sweep has still to measure, the next last. */
let dragged: number[] = [];
let swept: number[] = [];
let isBusy = false;
let pace = new Pace();

export function movePatch(row: number, column: number): void {
  place.value = { row, column };
  ask();
}

export function sweepAll(): void {
  if (!grid.peek()) return;
  swept = [...grid.peek()!.coarseFirst].reverse();
  isSweeping.value = true;
  void work();
}

export function stopSweep(): void {
  swept = [];
  isSweeping.value = false;
}

/** Measures the patch that is held, from now on. @returns a function that stops it */
export function keepOcclusion(): () => void {
  const stop = effect(() => {
    // Another picture, network or square: nothing is known of it.
    if (grid.value === null) return;
    measured.value = new Map();
    dragged = [];
    stopSweep();
    pace = new Pace();
    ask();
  });
  return () => {
    stop();
    stopSweep();
  };
}

function ask(): void {
  dragged.push(held.peek());
  void work();
}

async function work(): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  try {
    for (let indices = next(); indices.length > 0; indices = next()) {
      const [asked, patches] = [subject.peek(), grid.peek()?.patches];
      if (!asked || !patches) break;
      const begin = performance.now();
      const rows = await occlusion.under(
        asked.network,
        asked.image,
        indices.map((index) => patches[index]),
      );
      pace.note(indices.length, performance.now() - begin);
      if (asked === subject.peek() && patches === grid.peek()?.patches) {
        measured.value = new Map([
          ...measured.peek(),
          ...indices.map((index, i) => [index, rows[i]] as const),
        ]);
      }
      if (swept.length === 0) isSweeping.value = false;
      await afterDrawing();
    }
    occlusionError.value = null;
  } catch (error) {
    occlusionError.value = messageOf(error);
    stopSweep();
  } finally {
    isBusy = false;
  }
}

/** The next patches to measure: where the reader is, then where the reader was, then the rest. */
function next(): number[] {
  const found = new Set<number>();
  while (found.size < pace.size) {
    const index = dragged.pop() ?? swept.pop();
    if (index === undefined) break;
    if (!measured.peek().has(index)) found.add(index);
  }
  return [...found];
}
