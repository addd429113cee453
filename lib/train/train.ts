import type { Dataset } from '../data/types';
import { summary } from '../models/summary';
import { titleOf } from '../models/registry';
import {
  adam,
  checkRecipe,
  constant,
  crossEntropy,
  needsValidation,
  noAugmentation,
  type Normalisation,
  type Recipe,
} from '../recipe';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import { channelNormalisation } from './channels';
import type { Engine } from './engine';
import { checkFit } from '../evaluate/evaluate';
import { graphEngine } from './graph-engine';
import type { History } from '../runs/history';
import { describeNetwork } from '../runs/lasting-names';
import type { RunSettings } from '../runs/run-files';
import { RunFolder, type RunOptions } from '../runs/run-folder';
import { TrainingLoop } from './training-loop';

/**
 * What training comes to; what is left out is as in the recipe `seed`, with a tenth of the training images set aside
 * for validation.
 */
export interface TrainOptions extends Partial<Omit<Recipe, 'normalisation'>> {
  /**
   * How pixels are scaled; `channels` takes the mean and deviation of the images trained on, those that validate not
   * included. Defaults to no scaling.
   */
  normalisation?: Normalisation | 'channels' | null;
  /**
   * Keeps the run in a folder of this name, with its options, history and checkpoints. Where there is one already,
   * of the same options, training goes on from its last checkpoint, and a run that is finished is only loaded.
   */
  run?: string | RunOptions;
  /** Told how it goes, one after the other. */
  callbacks?: readonly TrainCallbacks[];
  /** Told in a sentence what a reader should know, for instance that a run is taken up again. Prints it unless told. */
  onNotice?: (message: string) => void;
  /** `graphEngine` unless told. */
  engine?: Engine;
}

/**
 * Trains `model` in place on the dataset's training images, from the weights it holds.
 *
 * Calling it again trains on from there, with a fresh optimizer and a schedule from its beginning. The order of the
 * images, dropout's masks and augmentation are new ones: the model's metadata counts the steps behind it, and these
 * and the recipe's seed fix what is drawn. The same calls on the same first weights give the same result each time.
 *
 * With the name of a `run` it goes on from where that run stopped, exactly as if it had never stopped, whatever weights
 * the model holds. If these are neither those that the run began with nor those it left the model with, a notice says
 * so.
 *
 * The first interrupt stops it after the steps at hand: the promise resolves with the history so far, marked
 * `interrupted`, the model keeps its weights, and a run's folder holds all that is needed to go on.
 *
 * @throws UserError if the options or the model do not fit, the loss stops being a number, or a run's folder holds
 *   other options or cannot be written
 */
export async function train(
  model: tf.LayersModel,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<History> {
  const { engine = graphEngine, callbacks = [], run } = options;
  const { onNotice = print } = options;
  const runOptions = typeof run === 'string' ? { name: run } : run;
  const given = resolve(options, dataset);
  checkFit(model, dataset);
  const recipe: Recipe =
    options.normalisation === 'channels'
      ? { ...given, normalisation: channelNormalisation(dataset, given, runOptions, onNotice) }
      : given;
  let folder: RunFolder | undefined;
  if (runOptions) {
    const network = describeNetwork(model);
    const settings = settingsOf(model, network.name, dataset, engine, recipe);
    folder = await RunFolder.open(runOptions, settings, network, onNotice);
  }
  try {
    const loop = new TrainingLoop({
      model,
      dataset,
      recipe,
      engine,
      callbacks,
      onNotice,
      folder,
      runOptions,
    });
    return await loop.run();
  } finally {
    folder?.release(model);
  }
}

function print(message: string): void {
  console.log(message);
}

/** The recipe, checked; statistics that are still to be taken are missing. */
function resolve(options: TrainOptions, dataset: Dataset): Recipe {
  const { normalisation = null } = options;
  const recipe: Recipe = {
    epochs: options.epochs ?? 10,
    batchSize: options.batchSize ?? 32,
    optimizer: options.optimizer ?? adam(),
    schedule: options.schedule ?? constant(),
    loss: options.loss ?? crossEntropy(),
    augmentation: options.augmentation ?? noAugmentation,
    normalisation: normalisation === 'channels' ? null : normalisation,
    precision: options.precision ?? 'float32',
    validation: options.validation ?? { split: 0.1 },
    validationFrequency: options.validationFrequency ?? 1,
    earlyStopping: options.earlyStopping ?? null,
    keep: options.keep ?? 'last',
    seed: options.seed ?? 1,
  };
  checkRecipe(recipe, dataset.imageShape);
  checkValidated(recipe);
  return recipe;
}

function checkValidated({ validation, schedule, earlyStopping, keep }: Recipe): void {
  if (validation !== 'none') return;
  const needing = [
    ...(needsValidation(schedule) ? ['the schedule, which reduces the rate on a plateau,'] : []),
    ...(earlyStopping ? ['earlyStopping'] : []),
    ...(keep === 'best' ? ["keep: 'best'"] : []),
  ];
  if (needing.length === 0) return;
  throw new UserError(
    `validation is 'none', but ${needing.join(' and ')} ${needing.length === 1 ? 'goes' : 'go'} by the validation. ` +
      'Take { split: 0.1 }, for instance.',
  );
}

function settingsOf(
  model: tf.LayersModel,
  name: string,
  dataset: Dataset,
  engine: Engine,
  recipe: Recipe,
): RunSettings {
  const { parameters, multiplyAdds } = summary(model);
  return {
    network: { name, title: titleOf({ name }), parameters, multiplyAdds },
    dataset: {
      name: dataset.name,
      digest: dataset.source.digest,
      trainImages: dataset.train.count,
      testImages: dataset.test.count,
    },
    engine: engine.name,
    recipe,
  };
}
