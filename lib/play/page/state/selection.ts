/** What is taken apart: a layer of a network, a map of it, a place in the map. */
import { batch, signal } from '@preact/signals';
import type { LayerInfo, LoadedNetwork } from '../engine/types';

/** A layer of the first or the second network. */
export interface SelectedLayer {
  readonly place: number;
  readonly layer: string;
}

/** One number of a layer's output. */
export interface SelectedUnit {
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

export const selectedLayer = signal<SelectedLayer | null>(null);
export const selectedUnit = signal<SelectedUnit | null>(null);

export function openLayer(place: number, layer: string): void {
  batch(() => {
    selectedLayer.value = { place, layer };
    selectedUnit.value = null;
  });
}

/** Opens the inspector on a number of a layer. */
export function openUnit(place: number, layer: string, unit: SelectedUnit): void {
  batch(() => {
    selectedLayer.value = { place, layer };
    selectedUnit.value = unit;
  });
}

export function moveUnit(y: number, x: number): void {
  const unit = selectedUnit.peek();
  if (unit && (unit.y !== y || unit.x !== x)) selectedUnit.value = { ...unit, y, x };
}

export function close(): void {
  batch(() => {
    selectedLayer.value = null;
    selectedUnit.value = null;
  });
}

export function closeUnit(): void {
  selectedUnit.value = null;
}

/** Forgets a selection that a network has no layer or no number for. */
export function keepValid(place: number, network: LoadedNetwork | null): void {
  const [selected, unit] = [selectedLayer.peek(), selectedUnit.peek()];
  if (selected?.place !== place) return;
  const layer = network?.layers.find(({ name }) => name === selected.layer);
  if (!layer) close();
  else if (unit && !holds(layer, unit)) closeUnit();
}

function holds({ outputShape }: LayerInfo, { channel, y, x }: SelectedUnit): boolean {
  const [rows, columns, channels] = outputShape.length === 3 ? outputShape : [1, 1, outputShape[0]];
  return y < rows && x < columns && channel < channels;
}
