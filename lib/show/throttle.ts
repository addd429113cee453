/**
 * Lets at most one update through in a given time. Updates that must be seen, above all the last one, do not ask.
 */
export class Throttle {
  #last = -Infinity;

  /** @param shortest seconds between two updates; the default looks alive, and browsers keep up with it */
  constructor(private readonly shortest = 0.2) {}

  /** @param now seconds, from any clock that never goes backwards */
  allows(now = performance.now() / 1000): boolean {
    if (now - this.#last < this.shortest) return false;
    this.#last = now;
    return true;
  }
}
