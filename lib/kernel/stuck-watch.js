'use strict';
/**
 * What happens when an interrupt does not reach the main thread because a cell keeps it busy:
 * 1. A flag is raised. Every loop of a cell checks it (interrupt-checks.ts).
 * 2. SIGINT is sent. It ends any code in the first, synchronous part of a cell (cell.ts).
 * 3. A notice below the cell says that it could not be stopped, and what else to do.
 * 4. A second interrupt ends the programs that the kernel has started: the cell may be waiting for one of them.
 * 5. A second notice says that only a restart helps.
 */
const fs = require('node:fs');

/** If the main thread has not acknowledged an interrupt after this time, it is considered stuck, in ms. */
const STUCK_AFTER_MS = 500;
/** A loop of a cell sees the flag within this time; other code needs SIGINT. In ms. */
const NO_LOOP_AFTER_MS = 300;
/** How long SIGINT, or the end of a program, may take to have an effect, in ms. */
const NO_EFFECT_AFTER_MS = 1500;
/** How long a program may take to end after SIGINT, in ms. */
const KILL_AFTER_MS = 1000;
/** An interrupt this soon after another one counts as the second, in ms. */
const PATIENCE_MS = 60_000;
/** See interrupt-flag.ts. */
const ASKED = 1;

class StuckWatch {
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /**
   * Notices for the running cell that have not been needed yet.
   * @type {(Uint8Array | string)[][]}
   */
  #notices = [];
  /** Whether an interrupt has already failed to stop the running cell. */
  #gaveUp = false;
  #listening;
  #flag;
  #publish;

  /**
   * @param {{ listening: Int32Array, flag: Int32Array, publish: (frames: (Uint8Array | string)[]) => void }} options
   *   listening: shared, the number of listeners that stop by themselves when interrupted; flag: shared, see
   *   interrupt-flag.ts; publish: sends a notice
   */
  constructor({ listening, flag, publish }) {
    this.#listening = listening;
    this.#flag = flag;
    this.#publish = publish;
  }

  /**
   * @param {(Uint8Array | string)[][]} notices what to publish if the cell can't be stopped: at the first
   *   interrupt, and at the second
   */
  cellBegins(notices) {
    this.#notices = notices;
    this.#gaveUp = false;
  }

  /** An interrupt was requested. The request goes to the main thread as well. */
  interruptRequested() {
    // Work that listens stops after its current step, however long that takes. A second interrupt uses force.
    const patient = Atomics.load(this.#listening, 0) > 0 && this.#timer === undefined;
    if (patient) {
      this.#wait(PATIENCE_MS, () => undefined);
    } else if (this.#gaveUp) {
      this.#raiseFlag();
      endStartedPrograms('SIGINT');
      this.#wait(KILL_AFTER_MS, () => {
        endStartedPrograms('SIGKILL');
        this.#wait(NO_EFFECT_AFTER_MS, () => {
          this.#notify();
        });
      });
    } else {
      this.#wait(STUCK_AFTER_MS, () => {
        this.#stopStuckCell();
      });
    }
  }

  /** The main thread has received the interrupt, so it is not stuck. */
  acknowledged() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gaveUp = false;
  }

  #stopStuckCell() {
    this.#raiseFlag();
    this.#wait(NO_LOOP_AFTER_MS, () => {
      if (Atomics.load(this.#flag, 0) === ASKED) process.kill(process.pid, 'SIGINT');
      this.#wait(NO_EFFECT_AFTER_MS, () => {
        this.#gaveUp = true;
        this.#notify();
      });
    });
  }

  #raiseFlag() {
    Atomics.store(this.#flag, 0, ASKED);
  }

  #notify() {
    const notice = this.#notices.shift();
    if (notice !== undefined) this.#publish(notice);
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} then runs if the main thread has not acknowledged by then
   */
  #wait(milliseconds, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      then();
    }, milliseconds);
  }
}

/**
 * Ends all programs that this process has started, directly or through others.
 * @param {NodeJS.Signals} signal
 */
function endStartedPrograms(signal) {
  for (const pid of descendants(process.pid)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

/**
 * @param {number} pid
 * @returns {number[]} its child processes and theirs; empty on a system whose /proc does not list them
 */
function descendants(pid) {
  /** @type {string[]} */
  let threads = [];
  try {
    threads = fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const children = threads.flatMap((thread) => {
    try {
      const text = fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
      return text.split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
  return children.flatMap((child) => [child, ...descendants(child)]);
}

module.exports = { StuckWatch };
