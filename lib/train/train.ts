import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import type { BatchResult, Engine, EngineRun } from './engine';
import { checkFit, measure, type Measured } from './evaluate';
import type { EpochRow, History, Recipe, Validation } from './history';
import { adam, type Optimizer } from './optimizers';
import { allIndices, epochOrder, splitIndices } from './order';
import { tfjsEngine } from './tfjs-engine';

export interface TrainOptions {
  /** What is measured after every epoch. Has no default, because it decides what the numbers mean. */
  validation: Validation;
  /** Passes over the training images. 10 unless told. */
  epochs?: number;
  /** Images a step. 32 unless told. */
  batchSize?: number;
  /** `adam()` unless told. */
  optimizer?: Optimizer;
  /** Fixes the order of the images and dropout's masks. 1 unless told. */
  seed?: number;
  /** Told how it goes, one after the other. */
  callbacks?: readonly TrainCallbacks[];
  engine?: Engine;
}

/**
 * Trains `model` in place on the dataset's training images, from the weights it holds. Calling it again goes
 * on from there, with a fresh optimizer.
 *
 * The first interrupt stops it after the batch at hand: the promise resolves with the history so far, marked
 * `interrupted`, and the model keeps its weights.
 *
 * @throws UserError if the options or the model do not fit, or the loss stops being a number
 */
export async function train(
  model: tf.LayersModel,
  dataset: Dataset,
  options: TrainOptions,
): Promise<History> {
  const recipe = resolve(options);
  checkFit(model, dataset);
  const session = new Session(model, dataset, recipe, options.engine ?? tfjsEngine, options.callbacks ?? []);
  return session.run();
}

function resolve(options: TrainOptions): Recipe {
  const { validation, epochs = 10, batchSize = 32, optimizer = adam(), seed = 1 } = options;
  checkPositive('epochs', epochs);
  checkPositive('batchSize', batchSize);
  return { validation, epochs, batchSize, optimizer, seed };
}

function checkPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new UserError(`${name} is ${value}, but has to be a whole number from 1 on.`);
}

/** One call of `train`. */
class Session {
  readonly #rows: EpochRow[] = [];
  readonly #trainIndices: Uint32Array;
  readonly #validate: (() => Promise<Measured | undefined>) | undefined;
  #interrupted = false;
  #images = 0;
  #seconds = 0;
  #validationSeconds = 0;

  constructor(
    readonly model: tf.LayersModel,
    readonly dataset: Dataset,
    readonly recipe: Recipe,
    readonly engine: Engine,
    readonly callbacks: readonly TrainCallbacks[],
  ) {
    const { train: images, test, imageShape } = dataset;
    const { validation } = recipe;
    const stopped = (): boolean => this.#interrupted;
    this.#trainIndices = allIndices(images.count);
    if (validation === 'test') {
      const indices = allIndices(test.count);
      this.#validate = () => measure(model, test, indices, imageShape, { stopped });
    } else if (validation !== 'none') {
      const split = splitIndices(images.count, validation.split);
      this.#trainIndices = split.train;
      this.#validate = () => measure(model, images, split.validation, imageShape, { stopped });
    }
  }

  async run(): Promise<History> {
    const { model, dataset, recipe } = this;
    const forget = onInterrupt(() => (this.#interrupted = true));
    let run: EngineRun | undefined;
    try {
      run = await this.engine.start({
        model,
        images: dataset.train,
        imageShape: dataset.imageShape,
        batchSize: recipe.batchSize,
        optimizer: recipe.optimizer,
        seed: recipe.seed,
      });
      for (const each of this.callbacks) {
        await each.onStart?.({
          network: titleOf(model),
          dataset: dataset.name,
          recipe,
          imagesPerEpoch: this.#trainIndices.length,
        });
      }
      for (let epoch = 1; epoch <= recipe.epochs && !this.#interrupted; epoch++)
        await this.#epoch(run, epoch);
      const history = this.#history();
      for (const each of this.callbacks) await each.onEnd?.(history);
      return history;
    } finally {
      forget();
      run?.dispose();
    }
  }

  async #epoch(run: EngineRun, epoch: number): Promise<void> {
    const order = epochOrder(this.#trainIndices, this.recipe.seed, epoch);
    const mean = new Mean();
    const before = this.#seconds;
    const clock = stopwatch();
    await run.epoch(order, async (batch) => {
      mean.add(batch);
      this.#images += batch.images;
      this.#seconds = before + clock();
      if (!Number.isFinite(batch.loss)) return false;
      await this.#reportBatch(epoch, mean);
      return !this.#interrupted;
    });
    if (!Number.isFinite(mean.loss)) throw diverged(epoch, mean.images, this.recipe.optimizer);
    this.#seconds = before + clock();
    if (mean.images < order.length) return;

    const seconds = this.#seconds - before;
    const validationClock = stopwatch();
    const validated = await this.#validate?.();
    if (this.#validate) this.#validationSeconds += validationClock();
    const row: EpochRow = {
      epoch,
      loss: mean.loss,
      accuracy: mean.accuracy,
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.accuracy ?? null,
      seconds,
      imagesPerSecond: mean.images / seconds,
    };
    this.#rows.push(row);
    const history = this.#history();
    for (const each of this.callbacks) await each.onEpoch?.(row, history);
  }

  async #reportBatch(epoch: number, { loss, accuracy, images }: Mean): Promise<void> {
    const { epochs } = this.recipe;
    const imagesPerEpoch = this.#trainIndices.length;
    const imagesPerSecond = this.#images / this.#seconds;
    const validationsLeft = epochs - this.#rows.length;
    const secondsLeft =
      (epochs * imagesPerEpoch - this.#images) / imagesPerSecond +
      (this.#validationSeconds / Math.max(1, this.#rows.length)) * validationsLeft;
    for (const each of this.callbacks) {
      await each.onBatch?.({
        epoch,
        epochs,
        images,
        imagesPerEpoch,
        loss,
        accuracy,
        imagesPerSecond,
        secondsLeft,
      });
    }
  }

  #history(): History {
    return {
      network: titleOf(this.model),
      dataset: this.dataset.name,
      engine: this.engine.name,
      recipe: this.recipe,
      epochs: [...this.#rows],
      interrupted: this.#interrupted,
      images: this.#images,
      seconds: this.#seconds,
    };
  }
}

/** Means over batches, each weighted with its images. */
class Mean {
  images = 0;
  #loss = 0;
  #correct = 0;

  add({ images, loss, accuracy }: BatchResult): void {
    this.images += images;
    this.#loss += images * loss;
    this.#correct += images * accuracy;
  }

  get loss(): number {
    return this.#loss / this.images;
  }

  get accuracy(): number {
    return this.#correct / this.images;
  }
}

function diverged(epoch: number, images: number, optimizer: Optimizer): UserError {
  return new UserError(
    `The loss is no longer a finite number, in epoch ${epoch} after ${images} images. With a learning rate ` +
      `of ${optimizer.learningRate} the steps may be too large: build the network anew and try a tenth of it.`,
  );
}

/** @returns a function that tells the seconds since */
function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
