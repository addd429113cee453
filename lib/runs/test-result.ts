/** test.json: how the network of a run did on the test set. */
import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import type { Evaluation, Measured, StoredEvaluation } from './evaluation';
import type { TestFile, WithLists } from './run-files';
import type { RunOptions } from './run-folder';
import { readRunJson, writeRunJson } from './run-json';
import { runPath } from './run-path';

/**
 * @returns the run's folder
 * @throws UserError if there is no such run, if it was trained on another dataset than the one whose test set this is,
 *   or if its folder cannot be read or written
 */
export async function writeEvaluation(
  run: string | Pick<RunOptions, 'name' | 'folder'>,
  dataset: Dataset,
  evaluation: Evaluation,
): Promise<string> {
  const { name, folder: parent }: Pick<RunOptions, 'name' | 'folder'> =
    typeof run === 'string' ? { name: run } : run;
  const folder = runPath(name, parent);
  const description = readRunJson(folder, 'run');
  if (!description) throw new UserError(`There is no run "${name}" in ${path.dirname(folder)}.`);
  if (evaluation.on !== 'test') {
    throw new UserError(`The run "${name}" keeps a result on the test set, not on "${evaluation.on}".`);
  }
  const { settings } = description;
  if (settings.dataset.digest !== dataset.source.digest) {
    throw new UserError(
      `The run "${name}" was trained on other images (${settings.dataset.name}) than these (${dataset.name}).`,
    );
  }
  const stored: StoredEvaluation & { classes: undefined } = { ...evaluation, classes: undefined };
  await writeRunJson(folder, 'test', testFileOf(stored));
  return folder;
}

/** A result as JSON can hold it. */
export function testFileOf({ views, ...evaluation }: StoredEvaluation): TestFile {
  return { ...withLists(evaluation), ...(views && { views: withLists(views) }) };
}

/** @throws RunFileError if test.json is damaged or cannot be read */
export function readEvaluation(folder: string): StoredEvaluation | undefined {
  const content = readRunJson(folder, 'test');
  if (!content) return undefined;
  const { views, ...evaluation } = content;
  return { ...withArrays(evaluation), ...(views && { views: withArrays(views) }) };
}

type Arrays = Pick<Measured, 'predictions' | 'confidences'>;

function withLists<T extends Arrays>({ predictions, confidences, ...rest }: T): WithLists<T> {
  return { ...rest, predictions: [...predictions], confidences: [...confidences] };
}

function withArrays<T extends WithLists<Arrays>>({ predictions, confidences, ...rest }: T) {
  const arrays: Arrays = {
    predictions: Int32Array.from(predictions),
    confidences: Float32Array.from(confidences),
  };
  return { ...rest, ...arrays };
}
