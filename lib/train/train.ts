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
  type Precision,
  type PrecisionChoice,
  type Recipe,
} from '../recipe';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import { channelNormalisation } from './channels';
import { customLayers } from './custom-layers';
import type { Engine } from './engine';
import { checkFit } from '../evaluate/fit';
import { checkResizable } from './resizable';
import { graphEngine } from './graph-engine';
import { resolvePrecision } from './precision';
import type { History } from '../runs/history';
import { describeNetwork } from '../runs/lasting-names';
import type { RunSettings } from '../runs/run-files';
import { RunFolder, type RunOptions } from '../runs/run-folder';
import { checkClassWeights, checkedSampleWeights, weightsDigestOf } from './image-weights';
import { outputWeightsOf, type OutputWeights } from './output-weights';
import { whitenFor } from './whiten';
import { TrainingLoop, type TrainingLoopOptions } from './training-loop';

/**
 * The settings of a training. Defaults are those of the recipe `seed`, with a tenth of the training images held
 * out for validation.
 */
export interface TrainOptions extends Partial<Omit<Recipe, 'normalisation' | 'outputWeights' | 'precision'>> {
  /**
   * How pixels are standardised; `channels` uses the mean and deviation of the images trained on, without those held
   * out for validation. Defaults to null: not at all.
   */
  normalisation?: Normalisation | 'channels' | null;
  /**
   * How much each output of a network with several outputs counts in the loss (see `Recipe`): a list, or by the outputs'
   * names, where a missing one counts 1. Defaults to null: all count 1.
   */
  outputWeights?: OutputWeights | null;
  /**
   * How much each training image counts in the training loss: an image's loss is multiplied by its weight, and by its
   * class's if there are class weights, as by Keras's `sample_weight`. One number for each image of `dataset.train`, those
   * that validate included; validation itself does without. A run keeps a digest of them.
   */
  sampleWeights?: ArrayLike<number>;
  /**
   * The number type that layers compute in. `auto` takes bfloat16 for large networks on devices that are faster in it,
   * and float32 otherwise; the run records which. Defaults to float32.
   */
  precision?: PrecisionChoice;
  /**
   * Keeps the run in a folder of this name, with its options, history and checkpoints. If the folder has a run
   * with the same options, training resumes from its last checkpoint; a finished run is only loaded.
   */
  run?: string | RunOptions;
  /** Called as training proceeds, one after another. */
  callbacks?: readonly TrainCallbacks[];
  /** Called with a sentence the user should know, for instance that a run is resumed. Defaults to printing it. */
  onNotice?: (message: string) => void;
  /** Defaults to `graphEngine`. */
  engine?: Engine;
}

/**
 * Trains `model` in place on the dataset's training images, from the weights it holds.
 *
 * Calling it again continues from the weights of the last call, with a fresh optimizer and the schedule from its
 * beginning. The order of the images, dropout's masks and augmentation are drawn anew, from the recipe's seed and
 * the number of steps that the model was trained for, which its metadata records. The same calls on the same
 * initial weights give the same result every time.
 *
 * With the name of a `run`, it continues that run exactly as if it had never stopped, whatever weights the model
 * holds. If these are neither the weights the run began with nor those it left in the model, a notice says so.
 *
 * If it is refused, the model is as it was, unless its weights are already those of a run that it was to continue.
 *
 * The first interrupt stops it after the current steps: the promise resolves with the history so far, marked
 * `interrupted`, the model keeps its weights, and a run's folder holds everything needed to continue.
 *
 * @throws UserError if an option is out of its range, the model does not fit the dataset, the loss is no longer
 *   finite, or a run's folder holds other options or cannot be written
 */
export async function train(
  model: tf.LayersModel,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<History> {
  const { engine = graphEngine, callbacks = [], run } = options;
  const { onNotice = print } = options;
  const runOptions = typeof run === 'string' ? { name: run } : run;
  const recipe = recipeFor(model, dataset, options, {
    channels: (given) => channelNormalisation(dataset, given, runOptions, onNotice),
    precision: (wanted) => resolvePrecision(wanted, { model, engine, run: runOptions, onNotice }),
  });
  const sampleWeights = checkedSampleWeights(options.sampleWeights, dataset);
  const undoWhitening = whitenFor(model, dataset, recipe);
  let folder: RunFolder | undefined;
  let loop: TrainingLoop | undefined;
  try {
    if (runOptions) {
      const network = describeNetwork(model);
      const settings = settingsOf(model, network.name, dataset, { engine, recipe, sampleWeights });
      folder = await RunFolder.open(runOptions, settings, network, onNotice);
    }
    loop = new TrainingLoop({
      model,
      dataset,
      recipe,
      sampleWeights,
      engine,
      callbacks,
      onNotice,
      folder,
      runOptions,
    });
    return await loop.run();
  } catch (error) {
    if (!loop?.hasBegun) undoWhitening();
    throw error;
  } finally {
    await folder?.release(model);
  }
}

function print(message: string): void {
  console.log(message);
}

/** What is chosen only when the network, the images and the machine are known. */
export interface Choices {
  /** What `normalisation: 'channels'` stands for. */
  readonly channels: (given: Recipe) => Normalisation;
  /** What `precision: 'auto'` stands for; other precisions stand for themselves. */
  readonly precision: (wanted: PrecisionChoice) => Precision;
}

/**
 * The recipe that the options stand for, checked.
 * @throws UserError if an option is out of its range, or the model does not fit the dataset
 */
export function recipeFor(
  model: tf.LayersModel,
  dataset: Dataset,
  options: TrainOptions,
  { channels, precision }: Choices,
): Recipe {
  checkFit(model, dataset);
  const given = resolve(options, model, dataset, precision(options.precision ?? 'float32'));
  checkClassWeights(given, dataset);
  checkResizable(model, given, dataset);
  const normalisation = options.normalisation === 'channels' ? channels(given) : given.normalisation;
  const recipe = { ...given, normalisation };
  // Again, for the statistics: those of a channel that never changes have no deviation to divide by.
  checkRecipe(recipe, dataset.imageShape);
  return recipe;
}

/** The recipe, checked; statistics that are still to be taken are missing. */
function resolve(
  options: TrainOptions,
  model: tf.LayersModel,
  dataset: Dataset,
  precision: Precision,
): Recipe {
  const { normalisation = null } = options;
  const recipe: Recipe = {
    epochs: options.epochs ?? 10,
    batchSize: options.batchSize ?? 32,
    incompleteBatch: options.incompleteBatch ?? 'keep',
    optimizer: options.optimizer ?? adam(),
    schedule: options.schedule ?? constant(),
    loss: options.loss ?? crossEntropy(),
    metrics: options.metrics ?? [],
    classWeights: options.classWeights ?? null,
    outputWeights: outputWeightsOf(model, options.outputWeights ?? null),
    augmentation: { ...noAugmentation, ...options.augmentation },
    resizing: options.resizing ?? null,
    normalisation: normalisation === 'channels' ? null : normalisation,
    precision,
    validation: options.validation ?? { split: 0.1 },
    validationFrequency: options.validationFrequency ?? 1,
    earlyStopping: options.earlyStopping ?? null,
    preciseStatistics: options.preciseStatistics ?? null,
    whitening: options.whitening ?? null,
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
      'Use { split: 0.1 }, for instance.',
  );
}

function settingsOf(
  model: tf.LayersModel,
  name: string,
  dataset: Dataset,
  { engine, recipe, sampleWeights }: Pick<TrainingLoopOptions, 'engine' | 'recipe' | 'sampleWeights'>,
): RunSettings {
  const { parameters, multiplyAdds } = summary(model);
  const ownLayers = customLayers(model);
  return {
    network: { name, title: titleOf({ name }), parameters, multiplyAdds },
    dataset: {
      name: dataset.name,
      digest: dataset.source.digest,
      trainImages: dataset.train.count,
      testImages: dataset.test.count,
      ...(sampleWeights && { sampleWeights: weightsDigestOf(sampleWeights) }),
    },
    ...(Object.keys(ownLayers).length > 0 && { customLayers: ownLayers }),
    engine: engine.name,
    recipe,
  };
}
