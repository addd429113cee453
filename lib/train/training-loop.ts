import { allIndices } from '../data/subset';
import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { keyed } from '../models/weights/keys';
import { getNamed, setNamed, type NamedArrays } from '../models/weights/named';
import { rateFactor, type Recipe } from '../recipe';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { shownPath } from '../runtime/paths';
import { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import { DivergedError } from './diverged';
import { stopsEarly, validationLosses } from './early-stopping';
import type { Engine, EngineRun } from './engine';
import type { Measured } from '../runs/evaluation';
import type { EpochRow, History } from '../runs/history';
import { epochOrder, splitIndices } from './order';
import type { RunFolder, RunOptions } from '../runs/run-folder';
import { addSteps, initialState, means, noSums, type StepsResult, type TrainingState } from '../runs/state';
import { noteTrainedWith } from '../evaluate/trained-with';

export interface TrainingLoopOptions {
  readonly model: tf.LayersModel;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly engine: Engine;
  readonly callbacks: readonly TrainCallbacks[];
  readonly onNotice: (message: string) => void;
  readonly folder: RunFolder | undefined;
  readonly runOptions: RunOptions | undefined;
}

/** One call of `train`. */
export class TrainingLoop {
  readonly #options: TrainingLoopOptions;
  readonly #trainIndices: Uint32Array;
  readonly #validate: ((run: EngineRun) => Promise<Measured | undefined>) | undefined;
  #state: TrainingState = initialState;
  /** The state that the last checkpoint holds, and when it was written. */
  #saved: TrainingState = initialState;
  #savedAt = performance.now();
  /** The weights of the best epoch, where they are wanted in the end and no folder keeps them. */
  #bestWeights: NamedArrays | undefined;
  /** An epoch whose validation an interrupt cut short; it is still to be validated when the run goes on. */
  #unvalidated: EpochRow | undefined;
  #weightsOf: number | null = null;
  #interrupted = false;

  constructor(options: TrainingLoopOptions) {
    this.#options = options;
    const { dataset, recipe } = options;
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
    const { model, dataset, recipe, engine, folder } = this.#options;
    const forget = onInterrupt(() => (this.#interrupted = true));
    let run: EngineRun | undefined;
    try {
      const restored = await folder?.restore(model);
      if (restored) this.#state = this.#saved = restored.state;
      noteTrainedWith(model, recipe);
      if (!this.#state.ended) {
        const { imageShape, train: images } = dataset;
        run = await engine.start({ model, images, imageShape, ...recipe });
        if (restored) await run.setSlots(restored.slots);
        await folder?.beginSession(model, this.#state.step);
        // Whatever happens before the next one, there is a way back to the weights that it began with.
        if (!restored) await this.#save(run);
      }
      if (restored) this.#sayRestored();
      await this.#begin();
      if (run) await this.#train(run);
      return await this.#end();
    } catch (error) {
      if (error instanceof DivergedError) await folder?.writeHistory(this.#history(), error.message);
      throw error;
    } finally {
      forget();
      run?.dispose();
    }
  }

  async #begin(): Promise<void> {
    const { model, dataset, recipe, folder } = this.#options;
    if (!this.#state.ended) await folder?.writeHistory(this.#history());
    for (const each of this.#options.callbacks) {
      await each.onStart?.({
        network: titleOf(model),
        dataset: dataset.name,
        recipe,
        imagesPerEpoch: this.#trainIndices.length,
        history: this.#history(),
      });
    }
  }

  async #train(run: EngineRun): Promise<void> {
    while (!this.#state.ended && !this.#interrupted) await this.#epoch(run);
    if (this.#state !== this.#saved) await this.#save(run);
  }

  async #end(): Promise<History> {
    const { model, recipe, folder, runOptions } = this.#options;
    const { ended, sums, epoch } = this.#state;
    this.#weightsOf = sums.images === 0 && epoch > 1 ? epoch - 1 : null;
    if (ended && recipe.keep === 'best') await this.#keepBest();
    const history = this.#history();
    await folder?.writeHistory(history);
    if (ended && runOptions?.weightsText) await folder?.writeWeightsText(model);
    for (const each of this.#options.callbacks) await each.onEnd?.(history);
    return history;
  }

  /** The epoch at hand: from where it stands to its end, with its validation. */
  async #epoch(run: EngineRun): Promise<void> {
    const { recipe } = this.#options;
    const { epoch } = this.#state;
    const order = epochOrder(this.#trainIndices, recipe.seed, epoch);
    while (this.#state.sums.images < order.length && !this.#interrupted) {
      await this.#steps(run, order.subarray(this.#state.sums.images));
      if (this.#state.sums.images < order.length && this.#isSaveDue()) await this.#save(run);
    }
    if (this.#state.sums.images < order.length) return;

    const wanted = epoch % recipe.validationFrequency === 0 || epoch === recipe.epochs;
    const validate = wanted ? this.#validate : undefined;
    const start = performance.now();
    const validated = await validate?.(run);
    const row = this.#row(validated);
    if (validate && !validated) {
      this.#unvalidated = row;
    } else {
      const seconds = validated ? (performance.now() - start) / 1000 : 0;
      await this.#finishEpoch(run, row, this.#state.validationSeconds + seconds);
    }
    const history = this.#history();
    for (const each of this.#options.callbacks) await each.onEpoch?.(row, history);
  }

  async #steps(run: EngineRun, order: Uint32Array): Promise<void> {
    const { epochSeconds, step: firstStep } = this.#state;
    const start = performance.now();
    const learningRate = (step: number): number => this.#learningRate(step);
    const timed = (): { epochSeconds: number } => ({
      epochSeconds: epochSeconds + (performance.now() - start) / 1000,
    });
    await run.train({ order, firstStep, learningRate }, async (result) => {
      if (result.failure) throw this.#diverged(result.failure);
      const { step, sums } = this.#state;
      this.#state = {
        ...this.#state,
        step: step + result.steps,
        sums: addSteps(sums, result),
        ...timed(),
      };
      await this.#reportBatch();
      return !this.#interrupted && !this.#isSaveDue();
    });
    this.#state = { ...this.#state, ...timed() };
  }

  async #finishEpoch(run: EngineRun, row: EpochRow, validationSeconds: number): Promise<void> {
    const { folder, recipe } = this.#options;
    const { epoch, best: before, rows: done } = this.#state;
    const rows = [...done, row];
    const { valAccuracy } = row;
    const isBest = valAccuracy !== null && valAccuracy > (before?.valAccuracy ?? -Infinity);
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      sums: noSums,
      epochSeconds: 0,
      validationSeconds,
      rows,
      best: isBest ? { epoch, valAccuracy } : before,
      ended:
        epoch === recipe.epochs ? 'done' : stopsEarly(recipe.earlyStopping, rows) ? 'stopped early' : null,
    };
    if (isBest) await this.#saveBest();
    await this.#save(run);
    await folder?.writeHistory(this.#history());
  }

  #row(validated: Measured | undefined): EpochRow {
    const { epoch, step, sums, epochSeconds } = this.#state;
    if (validated && !Number.isFinite(validated.loss)) {
      throw this.#diverged({ step: step - 1, reason: 'It was found in the validation.' });
    }
    return {
      epoch,
      ...means(sums),
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.accuracy ?? null,
      valTop5: validated?.top5 ?? null,
      learningRate: this.#learningRate(step - 1),
      seconds: epochSeconds,
      imagesPerSecond: sums.images / epochSeconds,
      memoryMB: process.memoryUsage.rss() / 1e6,
      tensors: tf.memory().numTensors,
    };
  }

  #learningRate(step: number): number {
    const { epochs, optimizer, schedule } = this.#options.recipe;
    const stepsPerEpoch = this.#stepsPerEpoch();
    const position = { step, stepsPerEpoch, epochs, validationLosses: validationLosses(this.#state.rows) };
    return optimizer.learningRate * rateFactor(schedule, position);
  }

  #stepsPerEpoch(): number {
    return Math.ceil(this.#trainIndices.length / this.#options.recipe.batchSize);
  }

  #isSaveDue(): boolean {
    const { folder, runOptions } = this.#options;
    const seconds = (performance.now() - this.#savedAt) / 1000;
    return folder !== undefined && seconds >= (runOptions?.saveEvery ?? 120);
  }

  async #save(run: EngineRun): Promise<void> {
    const { folder, model } = this.#options;
    if (!folder) return;
    const state = this.#state;
    this.#checkFinite();
    await folder.save('last', model, await run.slots(), state);
    this.#saved = state;
    this.#savedAt = performance.now();
  }

  async #saveBest(): Promise<void> {
    const { folder, model, recipe } = this.#options;
    this.#checkFinite();
    if (folder) {
      await folder.save('best', model, new Map(), this.#state);
    } else if (recipe.keep === 'best') {
      this.#bestWeights = getNamed(model);
    }
  }

  /** A step can break weights without its own loss showing it, and only good weights may take a good one's place. */
  #checkFinite(): void {
    const broken = keyed(this.#options.model).find(({ weight }) => !allFinite(weight.read().dataSync()));
    if (!broken) return;
    if (this.#state.step === 0) {
      throw new UserError(
        `The weights "${broken.key}" hold values that are not finite, before the first step. Build the ` +
          'network anew: if it was trained before, that training diverged.',
      );
    }
    const reason = `The weights "${broken.key}" are no longer finite.`;
    throw this.#diverged({ step: this.#state.step - 1, reason });
  }

  async #keepBest(): Promise<void> {
    const { model, folder, onNotice } = this.#options;
    const { best } = this.#state;
    if (!best) return;
    if (this.#bestWeights) {
      setNamed(model, model.weights, this.#bestWeights, 'the best epoch');
      this.#weightsOf = best.epoch;
      return;
    }
    const found = await folder?.restoreBest(model);
    if (found) this.#weightsOf = found.state.best?.epoch ?? null;
    else onNotice('The weights of the best epoch are lost; the network has those of the last one.');
  }

  async #reportBatch(): Promise<void> {
    const { recipe, callbacks } = this.#options;
    const { epoch, sums, validationSeconds } = this.#state;
    const { images, seconds } = this.#totals();
    const imagesPerEpoch = this.#trainIndices.length;
    const imagesPerSecond = images / seconds;
    const every = recipe.validationFrequency;
    const validations = (epochs: number): number => Math.floor(epochs / every);
    const secondsLeft =
      (recipe.epochs * imagesPerEpoch - images) / imagesPerSecond +
      (validationSeconds / Math.max(1, validations(epoch - 1))) *
        (validations(recipe.epochs) - validations(epoch - 1));
    const { loss, accuracy } = means(sums);
    for (const each of callbacks) {
      await each.onBatch?.({
        epoch,
        epochs: recipe.epochs,
        images: sums.images,
        imagesPerEpoch,
        loss,
        accuracy,
        imagesPerSecond,
        secondsLeft,
      });
    }
  }

  #totals(): { images: number; seconds: number } {
    const { rows, sums, epochSeconds } = this.#state;
    return {
      images: rows.length * this.#trainIndices.length + sums.images,
      seconds: rows.reduce((total, { seconds }) => total + seconds, epochSeconds),
    };
  }

  #history(): History {
    const { model, dataset, engine, recipe } = this.#options;
    const { rows, best, ended } = this.#state;
    return {
      network: titleOf(model),
      dataset: dataset.name,
      engine: engine.name,
      recipe,
      epochs: this.#unvalidated ? [...rows, this.#unvalidated] : rows,
      interrupted: this.#interrupted,
      stoppedEarly: ended === 'stopped early',
      best,
      weightsOf: this.#weightsOf,
      ...this.#totals(),
    };
  }

  #sayRestored(): void {
    const { folder, recipe, onNotice, runOptions } = this.#options;
    const { ended, epoch, step, sums, rows } = this.#state;
    const where = `${runOptions?.name} (${shownPath(folder?.folder ?? '')})`;
    onNotice(
      ended
        ? `The run ${where} is finished already, with ${rows.length} of ${recipe.epochs} epochs: loaded, not trained. ` +
            'resume: false begins it anew (in a terminal --fresh).'
        : `The run ${where} goes on from its last checkpoint: epoch ${epoch} of ${recipe.epochs}, ` +
            `${sums.images} of ${this.#trainIndices.length} images in, after ${step} steps.`,
    );
  }

  #diverged({ step, reason }: NonNullable<StepsResult['failure']>): DivergedError {
    const { folder } = this.#options;
    const epoch = Math.floor(step / this.#stepsPerEpoch()) + 1;
    const kept = folder
      ? ` The checkpoints in ${shownPath(folder.folder)} are from before it, after ${this.#saved.step} steps.`
      : '';
    return new DivergedError(
      `The loss is no longer a finite number, in epoch ${epoch} at step ${step}. ${reason} With a learning rate ` +
        `of ${this.#learningRate(step)} the steps may be too large: build the network anew and try a tenth of it.${kept}`,
    );
  }
}

function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
