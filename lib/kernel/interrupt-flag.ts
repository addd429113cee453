/**
 * The word that the control thread and the main thread share while a cell is stuck: the one thing that a loop
 * which never awaits can still look at.
 */

/** Nothing is asked. */
const NONE = 0;
/** The control thread asks the running cell to stop. Written there as well, see control-thread.js. */
const ASKED = 1;
/** The cell has stopped for it; the request that follows on the ordinary way is answered and no more. */
const TAKEN = 2;

export class InterruptFlag {
  /** For the control thread. */
  readonly shared = new Int32Array(new SharedArrayBuffer(4));

  /** Whether the running cell is to stop; true once for each time it is asked. */
  take(): boolean {
    return (
      Atomics.load(this.shared, 0) === ASKED &&
      Atomics.compareExchange(this.shared, 0, ASKED, TAKEN) === ASKED
    );
  }

  /** Whether a request is on its way that the control thread could not hand over yet. */
  isRaised(): boolean {
    return Atomics.load(this.shared, 0) !== NONE;
  }

  /** Whether an interrupt that arrives now has had its effect already; forgets it. */
  wasTaken(): boolean {
    return Atomics.exchange(this.shared, 0, NONE) === TAKEN;
  }
}
