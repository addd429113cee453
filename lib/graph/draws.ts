/** Random numbers for the images of one step. */
import type { Value } from './graph';
import { shapeOf, slice } from './ops/array';
import { scalar } from './ops/cast';
import { ints } from './ops/constant';
import { floor, minimum, mul } from './ops/math';
import { seedOf, statelessUniform } from './ops/random';
import type { Dim } from './types';

/** Draws one number for each image. Seed, step and the order of the draws fix all of them. */
export class Draws {
  readonly #images: Dim;
  /** int32 [1] */
  readonly #count: Value;
  #draws = 0;

  /**
   * @param images of any shape [n, ...]
   * @param step int32 scalar
   */
  constructor(
    images: Value,
    readonly step: Value,
    readonly seed: number,
  ) {
    this.#images = images.shape[0];
    this.#count = slice(shapeOf(images), [0], [1]);
  }

  /** Uniform in [0, 1). @returns float32 [n] */
  uniform(): Value {
    return statelessUniform(this.#count, [this.#images], this.#nextSeed());
  }

  /** One number for all images, uniform in [0, 1). @returns float32 [1] */
  common(): Value {
    const one = ints(this.step.graph, [1]);
    return statelessUniform(one, [1], this.#nextSeed());
  }

  /** Whole numbers from 0 to `bound` - 1, each equally likely. @returns float32 [n] */
  whole(bound: number): Value {
    const number = (value: number): Value => scalar(this.step.graph, value);
    // A float just below 1 times the bound may round up to the bound itself.
    return minimum(floor(mul(this.uniform(), number(bound))), number(bound - 1));
  }

  #nextSeed(): Value {
    return seedOf(this.step, Math.imul(this.seed, 31) + ++this.#draws);
  }
}
