import type { Dataset } from '../data/types';
import { noteTrainedWith } from '../evaluate/trained-with';
import { titleOf } from '../models/registry';
import { rateFactor, type Recipe } from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { EpochRow, History } from '../runs/history';
import type { RunFolder, RunOptions } from '../runs/run-folder';
import { addSteps, initialState, means, noSums, type StepsResult, type TrainingState } from '../runs/state';
import { onInterrupt } from '../runtime/interrupt';
import { shownPath } from '../runtime/paths';
import { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import { DivergedError, divergedError } from './diverged';
import { drawSeed, noteTrainedSteps, trainedSteps } from './draws';
import { stopsEarly, validationLosses } from './early-stopping';
import type { Engine, EngineRun } from './engine';
import { epochOrder } from './order';
import { progress, totals } from './progress';
import { Safekeeping } from './safekeeping';
import { divide, type Division } from './validation';

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
  readonly #images: Division;
  readonly #keeping: Safekeeping;
  #state: TrainingState;
  /** An epoch whose validation was interrupted; it is validated when the run goes on. */
  #unvalidated: EpochRow | undefined;
  #weightsOf: number | null = null;
  #interrupted = false;

  constructor(options: TrainingLoopOptions) {
    this.#options = options;
    const { model, dataset, recipe, folder, runOptions, onNotice } = options;
    this.#images = divide(dataset, recipe.validation);
    this.#state = { ...initialState, stepsBefore: trainedSteps(model) };
    this.#keeping = new Safekeeping({
      model,
      folder,
      saveEvery: runOptions?.saveEvery,
      keepsBest: recipe.keep === 'best',
      onNotice,
      onBroken: (reason) => this.#diverged({ step: this.#state.step - 1, reason }),
    });
  }

  async run(): Promise<History> {
    const { model, dataset, recipe, engine, folder } = this.#options;
    const forget = onInterrupt(() => (this.#interrupted = true));
    let run: EngineRun | undefined;
    try {
      const restored = await folder?.restore(model);
      if (restored) this.#state = restored.state;
      this.#keeping.begin(this.#state);
      noteTrainedWith(model, recipe);
      if (!this.#state.ended) {
        const { imageShape, train: images } = dataset;
        run = await engine.start({ model, images, imageShape, ...recipe, seed: this.#drawSeed() });
        if (restored) await run.setSlots(restored.slots);
        await folder?.beginSession(model, this.#state.step);
        // Whatever happens before the next checkpoint, there is a way back to the first weights.
        if (!restored) await this.#keeping.save(run, this.#state);
      }
      if (restored) this.#sayRestored();
      await this.#begin();
      if (run) await this.#train(run);
      return await this.#end();
    } catch (error) {
      if (error instanceof DivergedError) await folder?.writeHistory(this.#history(), error.message);
      throw error;
    } finally {
      this.#noteSteps();
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
        imagesPerEpoch: this.#images.train.length,
        history: this.#history(),
      });
    }
  }

  async #train(run: EngineRun): Promise<void> {
    while (!this.#state.ended && !this.#interrupted) await this.#epoch(run);
    if (this.#state !== this.#keeping.saved) await this.#keeping.save(run, this.#state);
  }

  async #end(): Promise<History> {
    const { model, recipe, folder, runOptions } = this.#options;
    const { ended, sums, epoch, best } = this.#state;
    this.#weightsOf = sums.images === 0 && epoch > 1 ? epoch - 1 : null;
    if (ended && recipe.keep === 'best' && best) {
      this.#weightsOf = (await this.#keeping.restoreBest()) ?? this.#weightsOf;
    }
    const history = this.#history();
    await folder?.writeHistory(history);
    if (ended && runOptions?.weightsText) await folder?.writeWeightsText(model);
    for (const each of this.#options.callbacks) await each.onEnd?.(history);
    return history;
  }

  /** The current epoch, from its current step to its end, with its validation. */
  async #epoch(run: EngineRun): Promise<void> {
    const { recipe } = this.#options;
    const { epoch } = this.#state;
    const order = epochOrder(this.#images.train, this.#drawSeed(), epoch);
    while (this.#state.sums.images < order.length && !this.#interrupted) {
      await this.#steps(run, order.subarray(this.#state.sums.images));
      const isDue = this.#state.sums.images < order.length && this.#keeping.isDue();
      if (isDue) await this.#keeping.save(run, this.#state);
    }
    if (this.#state.sums.images < order.length) return;

    const wanted = epoch % recipe.validationFrequency === 0 || epoch === recipe.epochs;
    const validate = wanted ? this.#images.validate : undefined;
    const start = performance.now();
    const validated = await validate?.(run, () => this.#interrupted);
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
      const now = progress(this.#state, this.#options.recipe, this.#images.train.length);
      for (const each of this.#options.callbacks) await each.onBatch?.(now);
      return !this.#interrupted && !this.#keeping.isDue();
    });
    this.#state = { ...this.#state, ...timed() };
    this.#noteSteps();
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
    if (isBest) await this.#keeping.saveBest(this.#state);
    await this.#keeping.save(run, this.#state);
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
      valPenalty: validated?.penalty ?? null,
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
    return Math.ceil(this.#images.train.length / this.#options.recipe.batchSize);
  }

  /** So that the next training of the network, even in another process, draws something new. */
  #noteSteps(): void {
    const { stepsBefore = 0, step } = this.#state;
    noteTrainedSteps(this.#options.model, stepsBefore + step);
  }

  #drawSeed(): number {
    return drawSeed(this.#options.recipe.seed, this.#state.stepsBefore ?? 0);
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
      ...totals(this.#state, this.#images.train.length),
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
            `${sums.images} of ${this.#images.train.length} images in, after ${step} steps.`,
    );
  }

  #diverged({ step, reason }: NonNullable<StepsResult['failure']>): DivergedError {
    const { folder } = this.#options;
    return divergedError({
      epoch: Math.floor(step / this.#stepsPerEpoch()) + 1,
      step,
      reason,
      learningRate: this.#learningRate(step),
      kept: folder && { folder: folder.folder, steps: this.#keeping.saved.step },
    });
  }
}
