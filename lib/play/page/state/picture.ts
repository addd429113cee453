/** The picture that the networks look at: where it comes from, the part that is taken, and what was done to it. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Pixels } from '../engine/types';
import { edited, type Edits, type ImageShape, noEdits } from './edits';
import { blankRaster, centredFrame, type Frame, frameInside, type Raster, scaled } from './raster';
import { painted, type Stroke } from './strokes';

export interface Source {
  readonly kind: 'test' | 'file' | 'camera' | 'drawing';
  /** `test image 12`, or a file's name. */
  readonly name: string;
  /** The true class, if it is known. */
  readonly label: string | null;
  readonly raster: Raster;
}

/** Side of a fresh sheet to draw on, in pixels. */
const sheet = 128;

export const source = signal<Source>({
  kind: 'drawing',
  name: '',
  label: null,
  raster: blankRaster(sheet, sheet),
});
export const sourceKind = computed(() => source.value.kind);
export const frame = signal<Frame>({ x: 0, y: 0, width: sheet, height: sheet });
export const strokes = signal<readonly Stroke[]>([]);
export const edits = signal<Edits>(noEdits);

/** Height ÷ width and so on of the input that the picture is prepared for: that of the first network. */
export const shape = signal<ImageShape>([32, 32, 3]);

/** Whether the picture is larger than the input or of another shape, so that there is a part to choose. */
export const isCropped = computed(() => {
  const [height, width] = shape.value;
  const { raster, kind } = source.value;
  return kind !== 'drawing' && (raster.width !== width || raster.height !== height);
});

/** Takes another picture: nothing done to it, and as much of it as fits. */
export function choose(next: Source): void {
  batch(() => {
    source.value = next;
    frame.value = centredFrame(next.raster, aspect());
    strokes.value = [];
    edits.value = noEdits;
  });
}

/** Takes the next moment of a film: the part that is taken and the edits stay. */
export function showMoment(raster: Raster): void {
  batch(() => {
    const before = source.peek();
    const isSameSize = raster.width === before.raster.width && raster.height === before.raster.height;
    source.value = { ...before, raster };
    if (!isSameSize) frame.value = centredFrame(raster, aspect());
  });
}

export function startDrawing(name: string): void {
  choose({ kind: 'drawing', name, label: null, raster: blankRaster(sheet, sheet) });
}

/** Fits the part that is taken to another network's input. */
export function prepareFor(next: ImageShape): void {
  if (next.join() === shape.peek().join()) return;
  batch(() => {
    shape.value = next;
    frame.value = centredFrame(source.peek().raster, aspect());
    edits.value = { ...edits.peek(), covers: [] };
  });
}

export function moveFrame(next: Frame): void {
  frame.value = frameInside(next, source.peek().raster);
}

export function change(some: Partial<Edits>): void {
  edits.value = { ...edits.peek(), ...some };
}

/** Whether anything was done to the picture since it was chosen. */
export const isEdited = computed(() => edits.value !== noEdits || strokes.value.length > 0);

export function undoAll(): void {
  batch(() => {
    edits.value = noEdits;
    strokes.value = [];
  });
}

function aspect(): number {
  const [height, width] = shape.peek();
  return width / height;
}

/** The picture before the edits, finer than the input, so that turning it loses little. */
const inputs = new Map<string, ReadonlySignal<Pixels>>();

/** What a network with this input sees, kept up to date. */
export function inputFor(wanted: ImageShape): ReadonlySignal<Pixels> {
  const key = wanted.join();
  const known = inputs.get(key);
  if (known) return known;
  const [height, width] = wanted;
  const grain = Math.max(1, Math.round(sheet / Math.max(width, height)));
  const base = computed(() => scaled(source.value.raster, frame.value, width * grain, height * grain));
  const drawn = computed(() => painted(base.value, strokes.value));
  const input = computed(() => edited(drawn.value, edits.value, wanted));
  inputs.set(key, input);
  return input;
}
