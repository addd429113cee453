import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import {
  adam,
  crossEntropy,
  noAugmentation,
  type Augmentation,
  type Loss,
  type Normalisation,
  type Optimizer,
  type Precision,
} from '../recipe';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import type { Engine, EngineRun, Measured, StepsResult } from './engine';
import { checkFit } from './evaluate';
import { graphEngine } from './graph-engine';
import type { EpochRow, History, Recipe, Validation } from './history';
import { allIndices, epochOrder, splitIndices } from './order';
import { noteTrainedWith } from './trained-with';

export interface TrainOptions {
  /** What is measured after every epoch. Has no default, because it decides what the numbers mean. */
  validation: Validation;
  /** Passes over the training images. 10 unless told. */
  epochs?: number;
  /** Images a step. 32 unless told. */
  batchSize?: number;
  /** `adam()` unless told. */
  optimizer?: Optimizer;
  /** `crossEntropy()` unless told. */
  loss?: Loss;
  /** How training images are changed at random. Not at all unless told. */
  augmentation?: Augmentation;
  /** How pixels are scaled beyond 0 to 1, for instance `channelStatistics`. Not at all unless told. */
  normalisation?: Normalisation | null;
  /** What layers compute in. `float32` unless told. */
  precision?: Precision;
  /** Fixes the order of the images, dropout's masks and augmentation. 1 unless told. */
  seed?: number;
  /** Told how it goes, one after the other. */
  callbacks?: readonly TrainCallbacks[];
  /** `graphEngine` unless told. */
  engine?: Engine;
}

/**
 * Trains `model` in place on the dataset's training images, from the weights it holds. Calling it again goes
 * on from there, with a fresh optimizer.
 *
 * The first interrupt stops it after the steps at hand: the promise resolves with the history so far, marked
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
  const session = new Session(model, dataset, recipe, options.engine ?? graphEngine, options.callbacks ?? []);
  return session.run();
}

function resolve(options: TrainOptions): Recipe {
  const recipe: Recipe = {
    validation: options.validation,
    epochs: options.epochs ?? 10,
    batchSize: options.batchSize ?? 32,
    optimizer: options.optimizer ?? adam(),
    loss: options.loss ?? crossEntropy(),
    augmentation: options.augmentation ?? noAugmentation,
    normalisation: options.normalisation ?? null,
    precision: options.precision ?? 'float32',
    seed: options.seed ?? 1,
  };
  checkPositive('epochs', recipe.epochs);
  checkPositive('batchSize', recipe.batchSize);
  return recipe;
}

function checkPositive(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new UserError(`${name} is ${value}, but has to be a whole number from 1 on.`);
}

/** One call of `train`. */
class Session {
  readonly #rows: EpochRow[] = [];
  readonly #trainIndices: Uint32Array;
  readonly #validate: ((run: EngineRun) => Promise<Measured | undefined>) | undefined;
  #interrupted = false;
  #step = 0;
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
    const { train: images, test } = dataset;
    const { validation } = recipe;
    const stopped = (): boolean => this.#interrupted;
    this.#trainIndices = allIndices(images.count);
    if (validation === 'test') {
      const indices = allIndices(test.count);
      this.#validate = (run) => run.measure(test, indices, stopped);
    } else if (validation !== 'none') {
      const split = splitIndices(images.count, validation.split);
      this.#trainIndices = split.train;
      this.#validate = (run) => run.measure(images, split.validation, stopped);
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
        ...recipe,
      });
      noteTrainedWith(model, recipe);
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
    const { learningRate } = this.recipe.optimizer;
    const steps = { order, firstStep: this.#step, learningRate: () => learningRate };
    await run.train(steps, async (result) => {
      if (result.failure) throw diverged(epoch, result.failure, learningRate);
      mean.add(result);
      this.#step += result.steps;
      this.#images += result.images;
      this.#seconds = before + clock();
      await this.#reportBatch(epoch, mean);
      return !this.#interrupted;
    });
    this.#seconds = before + clock();
    if (mean.images < order.length) return;

    const seconds = this.#seconds - before;
    const validationClock = stopwatch();
    const validated = await this.#validate?.(run);
    if (this.#validate) this.#validationSeconds += validationClock();
    const row: EpochRow = {
      epoch,
      loss: mean.loss,
      accuracy: mean.accuracy,
      top5: mean.top5,
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
  #first = 0;
  #topFive = 0;

  add({ images, loss, accuracy, top5 }: StepsResult): void {
    this.images += images;
    this.#loss += images * loss;
    this.#first += images * accuracy;
    this.#topFive += images * top5;
  }

  get loss(): number {
    return this.#loss / this.images;
  }

  get accuracy(): number {
    return this.#first / this.images;
  }

  get top5(): number {
    return this.#topFive / this.images;
  }
}

function diverged(
  epoch: number,
  { step, reason }: NonNullable<StepsResult['failure']>,
  learningRate: number,
): UserError {
  return new UserError(
    `The loss is no longer a finite number, in epoch ${epoch} at step ${step}. ${reason} With a learning rate ` +
      `of ${learningRate} the steps may be too large: build the network anew and try a tenth of it.`,
  );
}

/** @returns a function that tells the seconds since */
function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
