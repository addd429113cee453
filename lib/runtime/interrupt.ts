/**
 * Interrupts that running work can answer when it is ready. A training loop registers a listener; the first interrupt
 * (the kernel's stop button, Ctrl-C in a terminal) asks it to stop after the current step and keep its
 * results. At a second one, the kernel or the terminal stops the work by force.
 */

type Listener = () => void;

const listeners = new Set<Listener>();
const asked = new WeakSet<Listener>();

/** How many listeners have not been asked to stop yet; shared with the kernel's other thread. */
export const listening = new Int32Array(new SharedArrayBuffer(4));

function recount(): void {
  Atomics.store(listening, 0, [...listeners].filter((listener) => !asked.has(listener)).length);
}

/**
 * Registers `listener`, called at most once, on the first interrupt from now on.
 * @returns a function that removes the listener; call it in a `finally`
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
 * Passes an interrupt on to all listeners.
 * @returns true if at least one listener was asked for the first time and will stop by itself; false if there is none, or
 *   all were asked before, so that the caller has to stop the work by force
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
