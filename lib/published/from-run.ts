/** Makes a record from a finished run. */
import type { Dataset } from '../data/types';
import { networks } from '../models/registry';
import { needsValidation } from '../recipe';
import type { RunRecord } from '../runs/read-runs';
import type { StoredEvaluation } from '../runs/evaluation';
import { UserError } from '../runtime/errors';
import { trainingPetaflops } from '../train/work';
import { plannedNetwork } from './again';
import { untraceable } from './commits';
import { testDigest } from './images';
import { mostLike } from './recipe-name';
import { digits, mostClasses, recordFormat, type PublishedRecord, type PublishedTest } from './record';

export interface FromRunOptions {
  /** Takes a run whose code is not a commit of this clone. Its sessions show it. Defaults to false. */
  readonly allowDirty?: boolean;
}

/**
 * The record of a run.
 * @param dataset all of the images it is about
 * @throws UserError with a line for everything that keeps the run from being published
 */
export function recordOf(
  run: RunRecord,
  dataset: Dataset,
  { allowDirty = false }: FromRunOptions = {},
): PublishedRecord {
  const { history, evaluation, recipe, sessions } = run;
  const unfit = (reasons: readonly (string | undefined)[]): void => {
    const found = reasons.filter((reason) => reason !== undefined);
    if (found.length === 0) return;
    throw new UserError(
      `The run "${run.name}" can't be published:\n${found.map((each) => `  ${each}`).join('\n')}`,
    );
  };
  unfit([...trainingReasons(run), testReason(run, dataset), imagesReason(run, dataset)]);
  unfit([allowDirty ? undefined : commitReason(run), ...networkReasons(run)]);
  const { name: recipeName, networkOptions, different } = mostLike(run, dataset);
  unfit(different.length === 0 ? [] : [notNamed(recipeName), ...different.map((line) => `  ${line}`)]);
  const { recipe: repeated, ...told } = history!;
  const model = plannedNetwork({ ...run, networkOptions }, dataset);
  const petaflops = trainingPetaflops(model, history!);
  model.dispose();
  return {
    ...{ format: recordFormat, name: `${run.network.name}-${recipeName}-seed${repeated.seed}` },
    ...{ network: run.network, networkOptions, recipeName },
    dataset: {
      ...run.dataset,
      testDigest: testDigest(dataset),
      classNames: dataset.classNames,
      imageShape: dataset.imageShape,
    },
    ...{ engine: run.engine, recipe, created: run.created },
    ...{ initialWeights: run.initialWeights ?? null, sessions },
    ...{ history: told, petaflops, test: publishedTest(evaluation!) },
  };
}

/** An evaluation as a record keeps it. */
export function publishedTest(evaluation: StoredEvaluation): PublishedTest {
  const { predictions, views, ...rest } = evaluation;
  // JSON leaves undefined values out.
  const without = { confidences: undefined };
  return {
    ...rest,
    ...without,
    predictions: digits(predictions),
    ...(views && { views: { ...views, ...without, predictions: digits(views.predictions) } }),
  };
}

function trainingReasons({ status, failure, history, recipe, dataset }: RunRecord): (string | undefined)[] {
  const epochs = `${history?.epochs.length ?? 0} of ${recipe.epochs} epochs`;
  const chosenByTest =
    recipe.validation === 'test' &&
    (recipe.keep === 'best' || recipe.earlyStopping !== null || needsValidation(recipe.schedule));
  return [
    status === 'finished' ? undefined : `It is ${status} after ${epochs}. ${failure ?? ''}`.trim(),
    history?.extensions?.some(({ asPlanned }) => !asPlanned) === true
      ? 'It was given more epochs than its schedule was planned for.'
      : undefined,
    chosenByTest
      ? 'The test images chose its epoch or its rate, so its accuracy on them flatters.'
      : undefined,
    dataset.sampleWeights === undefined
      ? undefined
      : 'Its images have weights, which a record does not keep.',
  ];
}

function testReason({ evaluation }: RunRecord, { test, classNames }: Dataset): string | undefined {
  if (!evaluation)
    return 'It has not been measured on the test set: run its training again to have it measured.';
  if (classNames.length > mostClasses)
    return `It tells ${classNames.length} classes apart; at most ${mostClasses}.`;
  const { predictions, accuracy } = evaluation;
  const right = predictions.filter((predicted, image) => predicted === test.labels[image]).length;
  if (predictions.length === test.count && Math.abs(right / test.count - accuracy) < 1e-9) return undefined;
  return (
    `Its test result has ${predictions.length} predictions and an accuracy of ${accuracy}, ` +
    `but of the ${test.count} test images they get ${right} right.`
  );
}

function imagesReason(
  { dataset: of }: RunRecord,
  { name, source, train, test }: Dataset,
): string | undefined {
  if (of.digest === source.digest) return undefined;
  return (
    `It was trained on ${of.name} (${of.trainImages} and ${of.testImages} images), ` +
    `which are not the ${train.count} and ${test.count} images of ${name} that are loaded here.`
  );
}

function commitReason({ sessions }: RunRecord): string | undefined {
  const problem = untraceable(sessions);
  return problem && `Nobody could train it again: ${problem}. --allow-dirty publishes it nevertheless.`;
}

function networkReasons({ network }: RunRecord): (string | undefined)[] {
  if (Object.hasOwn(networks, network.name)) return [];
  return [`Its network, "${network.name}", is none of the project's: ${Object.keys(networks).join(', ')}.`];
}

function notNamed(nearest: string): string {
  return `Its recipe is none that has a name. From "${nearest}" (there) it differs (here) in:`;
}
