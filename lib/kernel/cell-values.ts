/** Values in cells: how they are shown, and where they are kept. */
import { inspect } from 'node:util';
import { DISPLAY_SYMBOL, type MimeBundle } from '../runtime/display';
import { property, shown } from './thrown';

export type Exports = Record<string, unknown>;

/** How a value is shown: in its own way if it has one, else as Node prints it. Throws what the value's code throws. */
export function bundleOf(value: unknown): MimeBundle {
  const display = typeof value === 'object' ? property(value, DISPLAY_SYMBOL) : undefined;
  if (typeof display === 'function') {
    const bundle: unknown = (display as () => unknown).call(value);
    if (typeof bundle === 'object' && bundle !== null) return sendable(bundle);
  }
  return { 'text/plain': inspect(value) };
}

/** A copy that Jupyter accepts: JSON for JSON types, and text for all others. */
function sendable(bundle: object): MimeBundle {
  const copy = JSON.parse(JSON.stringify(bundle)) as MimeBundle;
  const entries = Object.entries(copy).map(([type, data]) => [
    type,
    /[/+]json$/.test(type) ? data : shown(data),
  ]);
  return Object.fromEntries(entries) as MimeBundle;
}

/**
 * `exports` as tslab's output expects it: TypeScript defines imported names as getters, but a later cell must
 * be able to assign a variable of the same name.
 */
export function writableExports(variables: Exports): Exports {
  return new Proxy(variables, {
    defineProperty(target, name, attributes) {
      if (name === '__esModule' || typeof name === 'symbol') return true;
      target[name] =
        attributes.get === undefined
          ? (attributes.value as unknown)
          : (attributes.get.call(target) as unknown);
      return true;
    },
  });
}
