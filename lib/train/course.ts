import { counted } from '../data/text';
import { begunEpochs, stepsIn, type Recipe } from '../recipe';
import { UserError } from '../runtime/errors';
import { epochOrder } from './order';

/** How a run goes through its images: in which order, and in how many steps. */
export class Course {
  readonly #images: Uint32Array;
  readonly #recipe: Pick<Recipe, 'epochs' | 'batchSize'>;
  /** Of an epoch that is not cut short. */
  readonly imagesPerEpoch: number;
  readonly stepsPerEpoch: number;
  /** Of the whole run. */
  readonly steps: number;

  /**
   * @param images indices of the images trained on
   * @throws UserError if they do not fill one batch, and incomplete ones are dropped
   */
  constructor(images: Uint32Array, recipe: Pick<Recipe, 'epochs' | 'batchSize' | 'incompleteBatch'>) {
    const { epochs, batchSize, incompleteBatch } = recipe;
    const whole = Math.floor(images.length / batchSize);
    const drops = incompleteBatch === 'drop';
    if (drops && whole === 0) {
      throw new UserError(
        `incompleteBatch is 'drop', but ${counted(images.length, 'training image')} do not fill a batch of ` +
          `${batchSize}. Take a smaller batchSize, or incompleteBatch: 'keep'.`,
      );
    }
    this.#images = images;
    this.#recipe = recipe;
    this.stepsPerEpoch = drops ? whole : Math.ceil(images.length / batchSize);
    this.imagesPerEpoch = drops ? whole * batchSize : images.length;
    this.steps = stepsIn(epochs, this.stepsPerEpoch);
  }

  /** Of the whole run. */
  get images(): number {
    const before = (begunEpochs(this.#recipe) - 1) * this.imagesPerEpoch;
    return before + this.imagesIn(begunEpochs(this.#recipe));
  }

  /** How many images an epoch has, counted from 1: fewer in the last one of a run whose epochs are no whole number. */
  imagesIn(epoch: number): number {
    const steps = this.steps - (epoch - 1) * this.stepsPerEpoch;
    return Math.min(this.imagesPerEpoch, steps * this.#recipe.batchSize);
  }

  /** The indices of an epoch's images, in the order in which they are trained on. */
  order(seed: number, epoch: number): Uint32Array {
    return epochOrder(this.#images, seed, epoch).subarray(0, this.imagesIn(epoch));
  }
}
