/**
 * Lets at most one update through in a time. What must be seen, the last state above all, does not ask.
 */
export class Throttle {
  #last = -Infinity;

  /** @param shortest seconds between two: unless told, often enough to look alive, seldom enough to keep up with */
  constructor(private readonly shortest = 0.2) {}

  /** @param now seconds, on any clock that only goes forward */
  allows(now = performance.now() / 1000): boolean {
    if (now - this.#last < this.shortest) return false;
    this.#last = now;
    return true;
  }
}
