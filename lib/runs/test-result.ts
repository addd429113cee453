/** test.json: how the network of a run did on the test set. */
import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import type { Evaluation, StoredEvaluation } from './evaluation';
import type { TestFile } from './run-files';
import type { RunOptions } from './run-folder';
import { readRunJson, writeRunJson } from './run-json';
import { runPath } from './run-path';

/**
 * @throws UserError if there is no such run, if it was trained on another dataset than the one whose test set this is,
 *   or if its folder cannot be read or written
 */
export async function writeEvaluation(
  run: string | Pick<RunOptions, 'name' | 'folder'>,
  dataset: Dataset,
  evaluation: Evaluation,
): Promise<void> {
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
  const { predictions, confidences } = evaluation;
  const lists = { predictions: [...predictions], confidences: [...confidences] };
  const content: TestFile & { classes: undefined } = { ...evaluation, ...lists, classes: undefined };
  await writeRunJson(folder, 'test', content);
}

/** @throws RunFileError if test.json is damaged or cannot be read */
export function readEvaluation(folder: string): StoredEvaluation | undefined {
  const content = readRunJson(folder, 'test');
  return (
    content && {
      ...content,
      predictions: Int32Array.from(content.predictions),
      confidences: Float32Array.from(content.confidences),
    }
  );
}
