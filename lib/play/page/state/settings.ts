/** What a reader set and finds again: in the browser's storage if there is one, otherwise until the page is closed. */
import { effect, signal, type Signal } from '@preact/signals';

const prefix = 'playground.';

/** @param isValid what of the storage is taken: others may have written there */
function setting<T>(name: string, initial: T, isValid: (stored: unknown) => stored is T): Signal<T> {
  const stored = read(prefix + name);
  const value = signal(isValid(stored) ? stored : initial);
  effect(() => {
    write(prefix + name, value.value);
  });
  return value;
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    // No storage, as in a frame of another origin, or a text of someone else's.
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // No storage, or it is full: the setting lasts as long as the page.
  }
}

const isBoolean = (stored: unknown): stored is boolean => typeof stored === 'boolean';
const isShare = (stored: unknown): stored is number =>
  typeof stored === 'number' && stored > 0 && stored <= 1;
const isColour = (stored: unknown): stored is string =>
  typeof stored === 'string' && /^#[0-9a-f]{6}$/.test(stored);

export const settings = {
  /** Whether a convolution is one box with the normalisation and activation after it. */
  groupsLayers: setting('groupsLayers', true, isBoolean),
  /** Whether all maps of a layer are drawn on one scale, and not each on its own. */
  sharesScale: setting('sharesScale', false, isBoolean),
  /** Diameter of the brush, as a share of the picture. */
  brushSize: setting('brushSize', 0.12, isShare),
  brushColour: setting('brushColour', '#1c2329', isColour),
};
