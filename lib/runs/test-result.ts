/** test.json: how the network of a run did on the test set. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { replaceFile } from '../models/weights/replace';
import { UserError } from '../runtime/errors';
import type { Evaluation, StoredEvaluation } from './evaluation';
import { runFiles, type RunFile } from './run-files';
import type { RunOptions } from './run-folder';
import { runPath } from './run-path';

/** An evaluation as JSON has it: lists for typed arrays, and no reports, which follow from the confusion. */
type TestFile = Omit<StoredEvaluation, 'predictions' | 'confidences'> & {
  readonly predictions: readonly number[];
  readonly confidences: readonly number[];
};

/** @throws UserError if there is no such run, or it was trained on another dataset than this is the test set of */
export async function writeEvaluation(
  run: string | Pick<RunOptions, 'name' | 'folder'>,
  dataset: Dataset,
  evaluation: Evaluation,
): Promise<void> {
  const { name, folder: parent }: Pick<RunOptions, 'name' | 'folder'> =
    typeof run === 'string' ? { name: run } : run;
  const folder = runPath(name, parent);
  const json = await fs.readFile(path.join(folder, runFiles.run), 'utf8').catch(() => undefined);
  if (json === undefined) throw new UserError(`There is no run "${name}" in ${path.dirname(folder)}.`);
  if (evaluation.on !== 'test') {
    throw new UserError(`The run "${name}" keeps a result on the test set, not on "${evaluation.on}".`);
  }
  const { settings } = JSON.parse(json) as RunFile;
  if (settings.dataset.digest !== dataset.source.digest) {
    throw new UserError(
      `The run "${name}" was trained on other images (${settings.dataset.name}) than these (${dataset.name}).`,
    );
  }
  const { predictions, confidences } = evaluation;
  const lists = { predictions: [...predictions], confidences: [...confidences] };
  const content: TestFile & { classes: undefined } = { ...evaluation, ...lists, classes: undefined };
  await replaceFile(path.join(folder, runFiles.test), (file) =>
    fs.writeFile(file, `${JSON.stringify(content)}\n`),
  );
}

export function parseEvaluation(json: string): StoredEvaluation {
  const content = JSON.parse(json) as TestFile;
  return {
    ...content,
    predictions: Uint8Array.from(content.predictions),
    confidences: Float32Array.from(content.confidences),
  };
}
