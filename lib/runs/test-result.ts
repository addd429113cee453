/** test.json: how the network of a run did on the test set. */
import * as path from 'node:path';
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import type { Evaluation, Measured, StoredEvaluation } from './evaluation';
import type { RunFile, TestFile, WithLists } from './run-files';
import type { RunOptions } from './run-folder';
import { readRunJson, writeRunJson } from './run-json';
import { runPath } from './run-path';

/** Where the result of an evaluation goes. */
export interface ResultKeeper {
  /** The run's folder. */
  readonly folder: string;
  /**
   * @throws UserError if the run was trained on since the keeper was made, so that its weights are others now, or if the
   *   folder cannot be written
   */
  write(evaluation: Evaluation): Promise<void>;
}

/**
 * Call it before the network is measured.
 * @throws UserError if there is no such run, if it was trained on another dataset than the one whose test set this is,
 *   or if its folder cannot be read
 */
export function resultKeeper(
  run: string | Pick<RunOptions, 'name' | 'folder'>,
  dataset: Dataset,
  on: Evaluation['on'],
): ResultKeeper {
  const { name, folder: parent }: Pick<RunOptions, 'name' | 'folder'> =
    typeof run === 'string' ? { name: run } : run;
  const folder = runPath(name, parent);
  const read = (): RunFile => {
    const description = readRunJson(folder, 'run');
    if (description) return description;
    throw new UserError(`There is no run "${name}" in ${path.dirname(folder)}.`);
  };
  const { settings, sessions } = read();
  if (on !== 'test') {
    throw new UserError(`The run "${name}" keeps a result on the test set, not on "${on}".`);
  }
  if (settings.dataset.digest !== dataset.source.digest) {
    throw new UserError(
      `The run "${name}" was trained on other images (${settings.dataset.name}) than these (${dataset.name}).`,
    );
  }
  return {
    folder,
    async write(evaluation) {
      if (read().sessions.length !== sessions.length) {
        throw new UserError(
          `The run "${name}" was trained on while its network was measured, so this is not the result of the weights that it ` +
            'has now. Evaluate it again.',
        );
      }
      const stored: StoredEvaluation & { classes: undefined } = { ...evaluation, classes: undefined };
      await writeRunJson(folder, 'test', testFileOf(stored));
    },
  };
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
