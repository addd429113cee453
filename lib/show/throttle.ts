/** Often enough to look alive, seldom enough that a notebook keeps up. */
const shortest = 0.2;

/** Lets at most one update through in 0.2 s. What must be seen, the last state above all, does not ask. */
export class Throttle {
  #last = -Infinity;

  /** @param now seconds, on any clock that only goes forward */
  allows(now = performance.now() / 1000): boolean {
    if (now - this.#last < shortest) return false;
    this.#last = now;
    return true;
  }
}
