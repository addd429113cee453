/**
 * A number in memory that the socket thread and the main thread share. Even a loop that never awaits can read it.
 */

/** No interrupt is pending. */
const NONE = 0;
/** The running cell is to stop. Set by stuck-watch.js, which has this number as well. */
const ASKED = 1;
/** The cell has stopped. When the interrupt request itself arrives, it only needs its reply. */
const TAKEN = 2;

export class InterruptFlag {
  /** The memory, for the socket thread. */
  readonly shared = new Int32Array(new SharedArrayBuffer(4));

  /** Whether the running cell is to stop. True once for each interrupt. */
  take(): boolean {
    return (
      Atomics.load(this.shared, 0) === ASKED &&
      Atomics.compareExchange(this.shared, 0, ASKED, TAKEN) === ASKED
    );
  }

  /** Whether an interrupt is pending whose request the main thread has not handled yet. */
  isRaised(): boolean {
    return Atomics.load(this.shared, 0) !== NONE;
  }

  /** Whether the interrupt that is being handled has already stopped its cell. Resets the flag. */
  wasTaken(): boolean {
    return Atomics.exchange(this.shared, 0, NONE) === TAKEN;
  }
}
