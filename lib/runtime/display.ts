/**
 * Where rich output goes. The kernel registers a host when it starts; a script in a terminal has none, and
 * what is shown falls back to plain text there. `lib/show` is the only caller that notebooks need.
 */

/** One piece of output in several forms, keyed by MIME type; strings, or JSON values for `+json` types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayHost {
  /**
   * Shows a bundle below the running cell.
   * @param id names the place, so that a later call with `update` replaces its output
   * @param update replaces the earlier output with the same `id` instead of adding to it
   */
  show(bundle: MimeBundle, id?: string, update?: boolean): void;
  /**
   * Clears all output of the running cell.
   * @param wait waits for the next output, so that nothing flickers
   */
  clear(wait?: boolean): void;
}

/**
 * A cell that ends with a value shows it by the value's method of this name, if present. JavaScript kernels for
 * Jupyter share this symbol.
 */
export const DISPLAY_SYMBOL = Symbol.for('Jupyter.display');

let current: DisplayHost | undefined;

/** Registers the host, or removes it with `undefined`. Called by the kernel and by tests. */
export function setDisplayHost(host: DisplayHost | undefined): void {
  current = host;
}

/** The notebook that output goes to, or `undefined` in a terminal. */
export function displayHost(): DisplayHost | undefined {
  return current;
}
