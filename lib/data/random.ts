/**
 * sfc32, "small fast counter", by Chris Doty-Humphrey (PractRand, https://pracrand.sourceforge.net/RNG_engines.txt):
 * 128 bits of state, 32-bit integer arithmetic only, so the same numbers on every platform. It is seeded with
 * three words, which gives every picture, class or epoch a stream of its own: `new Random(seed, stream, index)`.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Each argument is taken modulo 2^32. */
  constructor(seed: number, stream = 0, index = 0) {
    this.#a = index | 0;
    this.#b = stream | 0;
    this.#c = seed | 0;
    // The author's seeding discards this many numbers, so that close seeds part.
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** The next number, an integer from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from `low` up to but without `high`. */
  between(low: number, high: number): number {
    return low + (this.uint32() / 2 ** 32) * (high - low);
  }

  /** An integer from 0 to `bound` - 1, each equally likely; `bound` is at most 2^32. */
  below(bound: number): number {
    // The last, incomplete run of `bound` numbers would favour the small ones.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % bound;
  }

  /** Puts `items` into random order in place (Fisher and Yates), and returns them. */
  shuffle<T extends { [index: number]: number; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
