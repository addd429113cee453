import type { Dataset } from '../data/types';
import { noteTrainedWith } from '../evaluate/trained-with';
import { titleOf } from '../models/registry';
import { begunEpochs, sideInEpoch, type Recipe } from '../recipe';
import type { Measured } from '../runs/evaluation';
import type { EpochRow, History } from '../runs/history';
import type { RunFolder, RunOptions } from '../runs/run-folder';
import { addSteps, initialState, noSums, type StepsResult, type TrainingState } from '../runs/state';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import type { tf } from '../runtime/tensorflow';
import { takeAverages } from './averaged-weights';
import type { TrainCallbacks } from './callbacks';
import { Requests } from './control';
import { Course } from './course';
import { DivergedError, divergedError } from './diverged';
import { drawSeed, noteTrainedSteps, trainedSteps } from './draws';
import type { Engine, EngineRun } from './engine';
import { learningRateOf } from './learning-rate';
import { progress } from './progress';
import { bestWith, endAfter, historyOf, rowOf, stopped, validatedPart, type ValidatedPart } from './records';
import { reopened, restoredNotice } from './restored';
import { Safekeeping } from './safekeeping';
import { checkStatistics, reestimate } from './statistics';
import { divide, validate, type Division, type Validated } from './validation';

export interface TrainingLoopOptions {
  readonly model: tf.LayersModel;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  /** How much each training image counts in the loss. */
  readonly sampleWeights: Float32Array | undefined;
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
  readonly #course: Course;
  readonly #keeping: Safekeeping;
  readonly #requests = new Requests();
  #state: TrainingState;
  /** An epoch whose validation was interrupted; it is validated when the run goes on. */
  #unvalidated: EpochRow | undefined;
  #weightsOf: number | null = null;
  #interrupted = false;
  #hasBegun = false;

  constructor(options: TrainingLoopOptions) {
    this.#options = options;
    const { model, dataset, recipe, folder, runOptions, onNotice } = options;
    this.#images = divide(dataset, recipe.validation);
    this.#course = new Course(this.#images.train, recipe);
    this.#state = { ...initialState, stepsBefore: trainedSteps(model) };
    this.#keeping = new Safekeeping({
      model,
      folder,
      saveEvery: runOptions?.saveEvery,
      optimizer: recipe.optimizer,
      keepsBest: recipe.keep === 'best',
      onNotice,
      onBroken: (reason) => this.#diverged({ step: this.#state.step - 1, reason }),
    });
  }

  /** Whether the model is this training's: until then, it is as it was given. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  async run(): Promise<History> {
    const { model, dataset, recipe, sampleWeights, engine, folder } = this.#options;
    const forget = onInterrupt(() => (this.#interrupted = true));
    let run: EngineRun | undefined;
    try {
      const restored = await folder?.restore(model);
      if (restored) {
        this.#state = reopened(restored.state, recipe);
        this.#takeModel();
      }
      this.#keeping.begin(this.#state);
      if (!this.#state.ended) {
        if (restored?.incomplete) throw new UserError(cameWithoutSlots(folder!.name));
        const { imageShape, train: images } = dataset;
        const job = { model, images, heldOut: this.#images.heldOut, imageShape, ...recipe, sampleWeights };
        const { stepsPerEpoch, steps: totalSteps } = this.#course;
        run = await engine.start({ ...job, stepsPerEpoch, totalSteps, seed: this.#drawSeed() });
        checkStatistics(recipe, run, engine.name);
        if (restored) await run.setSlots(restored.slots);
        this.#takeModel();
        await folder?.beginSession(model, this.#state.step);
        // Whatever happens before the next checkpoint, there is a way back to the first weights.
        if (!restored) await this.#keeping.save(run, this.#state);
      }
      if (folder && restored) this.#sayRestored(folder);
      await this.#begin();
      if (run) await this.#train(run);
      // Whoever goes on with the run has the trained weights from its checkpoint.
      await takeAverages(model, recipe.optimizer, () => run?.slots() ?? restored?.slots ?? new Map());
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

  #takeModel(): void {
    noteTrainedWith(this.#options.model, this.#options.recipe);
    this.#hasBegun = true;
  }

  async #begin(): Promise<void> {
    const { model, dataset, recipe, folder } = this.#options;
    if (!this.#state.ended) await folder?.writeHistory(this.#history());
    for (const each of this.#options.callbacks) {
      await each.onStart?.({
        network: titleOf(model),
        dataset: dataset.name,
        recipe,
        imagesPerEpoch: this.#course.imagesPerEpoch,
        history: this.#history(),
        model,
        data: dataset,
        folder: folder?.folder ?? null,
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
    const { recipe, folder } = this.#options;
    const { epoch } = this.#state;
    const order = this.#course.order(this.#drawSeed(), epoch);
    const isOver = (): boolean =>
      this.#state.sums.images === order.length || this.#state.stopReason !== undefined;
    while (!isOver() && !this.#interrupted) {
      await this.#steps(run, order.subarray(this.#state.sums.images));
      if (!isOver() && this.#keeping.isDue()) await this.#keeping.save(run, this.#state);
    }
    if (!isOver()) return;

    const isLast = epoch === begunEpochs(recipe) || this.#state.stopReason !== undefined;
    const isValidated = this.#images.validation !== undefined && epoch % recipe.validationFrequency === 0;
    const start = performance.now();
    const measured = isLast || isValidated ? await this.#measure(run, () => this.#interrupted) : null;
    if (measured === 'interrupted') {
      this.#unvalidated = this.#row(null);
      // What is asked for now is asked for again when the run goes on.
      await this.#tellOf(this.#unvalidated);
      return;
    }
    const seconds = measured ? (performance.now() - start) / 1000 : 0;
    const row = this.#row(measured?.measured ?? null);
    const wasBest = this.#addRow(row, seconds);
    try {
      // Before it is saved: what callbacks ask for is to be in the checkpoint.
      await this.#tellOf(row, measured ?? undefined);
    } finally {
      this.#state = stopped(this.#requests.takenInto(this.#state));
      const isUnmeasured = this.#state.ended !== null && !isLast && !isValidated;
      const isBest = isUnmeasured ? await this.#measureLast(run) : wasBest;
      if (isBest) await this.#keeping.saveBest(run, this.#state);
      await this.#keeping.save(run, this.#state);
      await folder?.writeHistory(this.#history());
    }
  }

  /** Re-estimates the statistics and validates the network; null if there is no validation. */
  async #measure(run: EngineRun, isInterrupted: () => boolean): Promise<Validated | null | 'interrupted'> {
    if (!(await this.#reestimate(run, isInterrupted))) return 'interrupted';
    const { validation } = this.#images;
    return validation ? ((await validate(run, validation, isInterrupted)) ?? 'interrupted') : null;
  }

  /**
   * Measures the network after an epoch that turned out to be the last one, since a callback ended the run in it.
   * @returns whether it is the best epoch so far
   */
  async #measureLast(run: EngineRun): Promise<boolean> {
    const start = performance.now();
    const measured = await this.#measure(run, () => false);
    const row = this.#state.rows.at(-1);
    if (!row || measured === null || measured === 'interrupted') return false;
    const { best: before, validationSeconds, rows } = this.#state;
    const validated = { ...row, ...this.#validatedPart(measured.measured) };
    const best = bestWith(before, validated);
    this.#state = {
      ...this.#state,
      validationSeconds: validationSeconds + (performance.now() - start) / 1000,
      rows: [...rows.slice(0, -1), validated],
      best,
    };
    return best !== before;
  }

  #reestimate(run: EngineRun, isInterrupted: () => boolean): Promise<boolean> {
    return reestimate(this.#options.recipe, run, this.#images.train, isInterrupted);
  }

  async #tellOf(row: EpochRow, validated?: Validated): Promise<void> {
    const history = this.#history();
    for (const each of this.#options.callbacks) {
      await each.onEpoch?.(row, history, this.#requests, validated);
    }
  }

  async #steps(run: EngineRun, order: Uint32Array): Promise<void> {
    const { recipe, dataset } = this.#options;
    const { epoch, epochSeconds, step: firstStep } = this.#state;
    const start = performance.now();
    const learningRate = (step: number): number => this.#learningRate(step);
    const timed = (): { epochSeconds: number } => ({
      epochSeconds: epochSeconds + (performance.now() - start) / 1000,
    });
    await run.train({ order, firstStep, learningRate, side: sideInEpoch(recipe, epoch) }, async (result) => {
      if (result.failure) throw this.#diverged(result.failure);
      const { step, sums } = this.#state;
      this.#state = {
        ...this.#state,
        step: step + result.steps,
        sums: addSteps(sums, result),
        lastRate: this.#learningRate(step + result.steps - 1),
        ...timed(),
      };
      const now = progress(this.#state, recipe, { course: this.#course, full: dataset.imageShape[0] });
      for (const each of this.#options.callbacks) await each.onBatch?.(now, this.#requests);
      this.#state = this.#requests.takenInto(this.#state);
      return !this.#interrupted && this.#state.stopReason === undefined && !this.#keeping.isDue();
    });
    this.#state = { ...this.#state, ...timed() };
    this.#noteSteps();
  }

  /**
   * @param seconds that measuring took
   * @returns whether it is the best epoch so far
   */
  #addRow(row: EpochRow, seconds: number): boolean {
    const { epoch, best: before, validationSeconds } = this.#state;
    const rows = [...this.#state.rows, row];
    const best = bestWith(before, row);
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      sums: noSums,
      epochSeconds: 0,
      validationSeconds: validationSeconds + seconds,
      rows,
      best,
      ended: endAfter(this.#options.recipe, this.#state, rows, this.#course),
    };
    return best !== before;
  }

  #row(validated: Measured | null): EpochRow {
    const { step, lastRate = this.#learningRate(step - 1) } = this.#state;
    const { imagesPerEpoch } = this.#course;
    const { recipe } = this.#options;
    const context = { recipe, learningRate: lastRate, imagesPerEpoch };
    return rowOf(this.#state, this.#validatedPart(validated), context);
  }

  #validatedPart(validated: Measured | null): ValidatedPart {
    if (validated && !Number.isFinite(validated.loss)) {
      throw this.#diverged({ step: this.#state.step - 1, reason: 'It was found in the validation.' });
    }
    return validatedPart(validated);
  }

  #learningRate(step: number): number {
    return learningRateOf(this.#options.recipe, this.#state, step, this.#course);
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
    const { model, dataset, engine, recipe, folder } = this.#options;
    return historyOf(this.#state, {
      network: titleOf(model),
      dataset: dataset.name,
      engine: engine.name,
      recipe,
      interrupted: this.#interrupted,
      weightsOf: this.#weightsOf,
      extensions: folder?.extensions ?? [],
      imagesPerEpoch: this.#course.imagesPerEpoch,
      unvalidated: this.#unvalidated,
    });
  }

  #sayRestored(folder: RunFolder): void {
    const { recipe, onNotice } = this.#options;
    const imagesInEpoch = this.#course.imagesIn(this.#state.epoch);
    const nextRate = this.#learningRate(this.#state.step);
    onNotice(restoredNotice(folder, this.#state, { recipe, imagesInEpoch, nextRate }));
  }

  #diverged({ step, reason }: NonNullable<StepsResult['failure']>): DivergedError {
    const { folder } = this.#options;
    return divergedError({
      epoch: Math.floor(step / this.#course.stepsPerEpoch) + 1,
      step,
      reason,
      learningRate: this.#learningRate(step),
      kept: folder && { folder: folder.folder, steps: this.#keeping.saved.step },
    });
  }
}

function cameWithoutSlots(name: string): string {
  return (
    `The run "${name}" came from another machine without the state of its optimizer, so it cannot be trained for more ` +
    'epochs. Train a run of another name for all of them, or start it afresh with resume: false (in a terminal --fresh).'
  );
}
