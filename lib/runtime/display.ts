/**
 * Where rich output goes. The kernel registers a host when it starts; a script in a terminal has none, and
 * what is shown falls back to plain text there. `lib/show` is the only caller that notebooks need.
 */

/** One piece of output in several forms, keyed by MIME type; strings, or JSON values for `+json` types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayHost {
  /**
   * Shows a bundle below the running cell.
   * @param id names the place, so that a later call with `update` replaces what stands there
   * @param update replaces the earlier output of the same `id` instead of adding one
   */
  show(bundle: MimeBundle, id?: string, update?: boolean): void;
  /**
   * Takes away all output of the running cell.
   * @param wait only when the next output comes, so that nothing flickers
   */
  clear(wait?: boolean): void;
}

/**
 * A value whose class has a method of this name shows itself in that form where a cell ends with it. The symbol
 * is the one that JavaScript kernels for Jupyter share.
 */
export const DISPLAY_SYMBOL = Symbol.for('Jupyter.display');

let current: DisplayHost | undefined;

/** Registers the host, or takes it away with `undefined`. Called by the kernel, and by tests. */
export function setDisplayHost(host: DisplayHost | undefined): void {
  current = host;
}

/** The notebook that output goes to, or `undefined` in a terminal. */
export function displayHost(): DisplayHost | undefined {
  return current;
}
