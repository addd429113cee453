import { keyed } from '../models/weights/keys';
import { getNamed, setNamed, type NamedArrays } from '../models/weights/named';
import type { Optimizer } from '../recipe';
import type { RunFolder } from '../runs/run-folder';
import { initialState, type TrainingState } from '../runs/state';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { withAverages } from './averaged-weights';
import type { EngineRun } from './engine';

export interface SafekeepingOptions {
  readonly model: tf.LayersModel;
  readonly folder: RunFolder | undefined;
  /** Seconds between two checkpoints. Defaults to 120. */
  readonly saveEvery: number | undefined;
  readonly optimizer: Optimizer;
  /** Whether the network is to end with the best epoch's weights. */
  readonly keepsBest: boolean;
  readonly onNotice: (message: string) => void;
  /** Makes the error for weights that are no longer finite. */
  readonly onBroken: (reason: string) => Error;
}

/**
 * Keeps the weights of a training: as checkpoints in the run's folder, or, without a folder, the best ones in
 * memory.
 */
export class Safekeeping {
  readonly #options: SafekeepingOptions;
  #saved: TrainingState = initialState;
  #savedAt = performance.now();
  #best: { readonly epoch: number | null; readonly weights: NamedArrays } | undefined;

  constructor(options: SafekeepingOptions) {
    this.#options = options;
  }

  /** @param state the state that training begins with: the folder's, if it has one */
  begin(state: TrainingState): void {
    this.#saved = state;
  }

  /** The state in the last checkpoint. */
  get saved(): TrainingState {
    return this.#saved;
  }

  isDue(): boolean {
    const { folder, saveEvery = 120 } = this.#options;
    return folder !== undefined && (performance.now() - this.#savedAt) / 1000 >= saveEvery;
  }

  async save(run: EngineRun, state: TrainingState): Promise<void> {
    const { folder, model } = this.#options;
    if (!folder) return;
    this.#checkFinite(state);
    await folder.save('last', model, await run.slots(), state);
    this.#saved = state;
    this.#savedAt = performance.now();
  }

  /** Saves the weights that were validated: the averages, if the optimizer keeps any. */
  async saveBest(run: EngineRun, state: TrainingState): Promise<void> {
    const { folder, model, optimizer, keepsBest } = this.#options;
    this.#checkFinite(state);
    await withAverages(
      model,
      optimizer,
      () => run.slots(),
      async () => {
        if (folder) await folder.save('best', model, new Map(), state);
        else if (keepsBest) this.#best = { epoch: state.best?.epoch ?? null, weights: getNamed(model) };
      },
    );
  }

  /**
   * Gives the model the weights of the best epoch.
   * @returns that epoch; null if its weights are lost, which is said
   */
  async restoreBest(): Promise<number | null> {
    const { folder, model, onNotice } = this.#options;
    if (this.#best) {
      setNamed(model, model.weights, this.#best.weights, 'the best epoch');
      return this.#best.epoch;
    }
    const found = await folder?.restoreBest(model);
    if (found) return found.state.best?.epoch ?? null;
    onNotice('The weights of the best epoch are lost; the network has those of the last one.');
    return null;
  }

  /** A step can break weights without its loss showing it, and broken weights must not replace good ones. */
  #checkFinite({ step }: TrainingState): void {
    const { model, onBroken } = this.#options;
    const broken = keyed(model).find(({ weight }) => !allFinite(weight.read().dataSync()));
    if (!broken) return;
    if (step > 0) throw onBroken(`The weights "${broken.key}" are no longer finite.`);
    throw new UserError(
      `The weights "${broken.key}" hold values that are not finite, before the first step. Build the ` +
        'network anew: if it was trained before, that training diverged.',
    );
  }
}

function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
