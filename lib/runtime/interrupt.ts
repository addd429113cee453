/**
 * Interrupts that work can answer in its own time. A training loop registers a listener; the first interrupt
 * (the kernel's stop button, Ctrl-C in a terminal) asks it to stop after the current step and keep what it
 * has. A second one is not for it any more: the kernel, or the terminal, then stops the work by force.
 */

type Listener = () => void;

const listeners = new Set<Listener>();
const asked = new WeakSet<Listener>();

/** How many listeners an interrupt would be new to; shared with the kernel's other thread. */
export const listening = new Int32Array(new SharedArrayBuffer(4));

function recount(): void {
  Atomics.store(listening, 0, [...listeners].filter((listener) => !asked.has(listener)).length);
}

/**
 * Registers `listener`, called at most once, on the first interrupt from now on.
 * @returns a function that takes the listener away again; call it in a `finally`
 */
export function onInterrupt(listener: Listener): () => void {
  const own: Listener = () => {
    listener();
  };
  listeners.add(own);
  recount();
  return () => {
    listeners.delete(own);
    recount();
  };
}

/**
 * Passes an interrupt on to all that listen.
 * @returns true if at least one listener was asked for the first time and will stop by itself; false if
 *   nobody listens, or all were asked before, so that the caller has to stop the work by force
 */
export function requestInterrupt(): boolean {
  let taken = false;
  for (const listener of listeners) {
    if (asked.has(listener)) continue;
    asked.add(listener);
    listener();
    taken = true;
  }
  recount();
  return taken;
}
