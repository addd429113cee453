/** The JSON files of a run's folder: reading one, writing one, and what to say about one that cannot be read. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { replaceFile } from '../models/weights/replace';
import { UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';
import { readRunFile, UnreadableError } from './run-file';
import {
  runFiles,
  runFormat,
  type Architecture,
  type HistoryFile,
  type RunFile,
  type TestFile,
} from './run-files';
import { DamagedError } from './sealed-folder';
import { parseSealedJson, sealedJson } from './sealed-json';
import { storing } from './storing';

interface Contents {
  readonly run: RunFile;
  readonly network: Architecture;
  readonly history: HistoryFile;
  readonly test: TestFile;
}

export type RunJson = keyof Contents;

type Parsed = Readonly<Record<string, unknown>>;

interface Kind {
  /** What a file of this kind must contain at least. */
  readonly isWhole: (content: Parsed) => boolean;
  /** What is lost with the file, as a sentence. */
  readonly loss: string;
  /** How to get the file back, as the end of a sentence. */
  readonly rewrite: string;
}

const continues = 'run the same training again: it continues from the last checkpoint';

const kinds: Readonly<Record<RunJson, Kind>> = {
  run: {
    isWhole: ({ format, settings, sessions }) =>
      format === runFormat &&
      isObject(settings) &&
      [settings.network, settings.dataset, settings.recipe].every(isObject) &&
      Array.isArray(sessions),
    loss: 'The options of the run and the list of its sessions are lost.',
    rewrite: continues,
  },
  network: {
    isWhole: () => true,
    loss: "The network's description is lost.",
    rewrite: continues,
  },
  history: {
    isWhole: ({ epochs, recipe }) => Array.isArray(epochs) && isObject(recipe),
    loss: 'The losses and accuracies of its epochs are missing, but its checkpoints have them too.',
    rewrite: 'run the same training again: a finished run is only loaded, not trained',
  },
  test: {
    isWhole: ({ predictions, confidences, confusion }) =>
      [predictions, confidences, confusion].every((each) => Array.isArray(each)),
    loss: 'The result on the test set is lost.',
    rewrite: 'run the same training again: a finished run is only loaded and evaluated, not trained',
  },
};

/** A run's file that cannot be read: the message names it, says what is lost and what to do. */
export class RunFileError extends UserError {
  override readonly name = 'RunFileError';
  /** The file and what is wrong with it, as a sentence without its full stop. */
  readonly problem: string;
  /** Whether it is a file, though a damaged one, and may be replaced. */
  readonly isDamaged: boolean;

  constructor(file: string, which: RunJson, cause: DamagedError | UnreadableError) {
    const problem = `${shownPath(file)} ${cause.message}`;
    super(`${problem}. ${adviceOn(which, cause)}`, { cause });
    this.problem = problem;
    this.isDamaged = cause instanceof DamagedError;
  }
}

function adviceOn(which: RunJson, cause: DamagedError | UnreadableError): string {
  const { loss, rewrite } = kinds[which];
  if (cause instanceof DamagedError) return `${loss} To restore the file, ${rewrite}.`;
  switch (cause.remedy) {
    case 'move away':
      return `Move it away. To restore the file, ${rewrite}.`;
    case 'permit':
      return 'Give yourself permission to read the file and its folder (chmod u+rwX).';
    case 'update the project':
      return 'Use the version of the project that wrote it, or choose another name for the run.';
    case 'check the disk':
      return `Check the disk. ${loss} To restore the file, move it away and ${rewrite}.`;
  }
}

/**
 * @param folder of the run
 * @returns undefined if there is no such file
 * @throws RunFileError if it cannot be read or is damaged
 */
export function readRunJson<Which extends RunJson>(
  folder: string,
  which: Which,
): Contents[Which] | undefined {
  const file = path.join(folder, runFiles[which]);
  try {
    const bytes = readRunFile(file);
    if (bytes === undefined) return undefined;
    const content = parseSealedJson(bytes);
    if (which === 'run') checkFormat(content);
    if (!kinds[which].isWhole(content)) throw new DamagedError('is damaged: parts of it are missing');
    return content as unknown as Contents[Which];
  } catch (error) {
    const isExpected = error instanceof DamagedError || error instanceof UnreadableError;
    throw isExpected ? new RunFileError(file, which, error) : error;
  }
}

/**
 * Writes the file with its checksum, as a whole or not at all.
 * @throws UserError if the system does not let it
 */
export async function writeRunJson<Which extends RunJson>(
  folder: string,
  which: Which,
  content: Contents[Which],
): Promise<void> {
  // The predictions for thousands of images are no easier to read with one in each line.
  const json = sealedJson(content, which === 'test' ? 0 : 2);
  await storing(folder, 'written', () =>
    replaceFile(path.join(folder, runFiles[which]), (file) => fs.writeFile(file, json)),
  );
}

function checkFormat({ format }: Parsed): void {
  if (typeof format !== 'number' || format === runFormat) return;
  const problem = `is of format ${format}, and this version of the project reads format ${runFormat}`;
  throw new UnreadableError(problem, 'update the project');
}

function isObject(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null;
}
