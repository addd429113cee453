'use strict';
/**
 * What happens when an interrupt does not reach the main thread because a cell keeps it busy. Step by step:
 * 1. a flag is raised, which every loop of a cell looks at (transforms.ts);
 * 2. SIGINT, which ends other code while the cell's first, synchronous part runs (cell.ts);
 * 3. a notice below the cell: it can't be stopped in that way, and what else to do;
 * 4. asked a second time, the programs that the kernel has started are ended: the cell may wait for one of them;
 * 5. a second notice: only a restart helps.
 */
const fs = require('node:fs');

/** How long the main thread may take to acknowledge an interrupt before it is taken for stuck, in ms. */
const STUCK_AFTER_MS = 500;
/** How long loops may take to see the flag before the code is taken for something else than a cell's loop, in ms. */
const NO_LOOP_AFTER_MS = 300;
/** How long SIGINT, or the end of a program that the cell waited for, may take to show, in ms. */
const NO_EFFECT_AFTER_MS = 1500;
/** How long a program may take to end by itself, in ms. */
const KILL_AFTER_MS = 1000;
/** How long a second interrupt counts as one, in ms. */
const PATIENCE_MS = 60_000;
/** See interrupt-flag.ts. */
const ASKED = 1;

class StuckWatch {
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /**
   * Notices of the running cell that were not needed yet.
   * @type {(Uint8Array | string)[][]}
   */
  #notices = [];
  /** Whether the running cell could not be stopped once already. */
  #gaveUp = false;
  #listening;
  #flag;
  #publish;

  /**
   * @param {{ listening: Int32Array, flag: Int32Array, publish: (frames: (Uint8Array | string)[]) => void }} options
   *   listening: shared, how many listeners will answer an interrupt by themselves; flag: shared, see
   *   interrupt-flag.ts; publish: sends a notice
   */
  constructor({ listening, flag, publish }) {
    this.#listening = listening;
    this.#flag = flag;
    this.#publish = publish;
  }

  /**
   * @param {(Uint8Array | string)[][]} notices what to publish when the cell can't be stopped, the first time and
   *   the second
   */
  cellBegins(notices) {
    this.#notices = notices;
    this.#gaveUp = false;
  }

  /** An interrupt was asked for, and handed to the main thread. */
  interruptRequested() {
    // Work that listens stops at its next step, however long that takes; asked again, it is stopped by force.
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

  /** The main thread has heard of the interrupt: it is not stuck. */
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
   * @param {() => void} then what follows if the main thread has not acknowledged by then
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
 * Ends the programs that this process has started, and those that they have started.
 * @param {NodeJS.Signals} signal
 */
function endStartedPrograms(signal) {
  for (const pid of descendants(process.pid)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * @param {number} pid
 * @returns {number[]} the processes below `pid`; none on a system whose /proc does not tell
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
