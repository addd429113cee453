import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { StoredEvaluation } from './evaluation';
import { architectureFingerprint } from './lasting-names';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { isHeld } from '../runtime/process-lock';
import { begunEpochs, completed } from '../recipe';
import type { History } from './history';
import { runFiles, type HistoryFile, type RunPurpose, type RunSettings, type Session } from './run-files';
import { readRunJson, RunFileError } from './run-json';
import { runsFolder } from './run-path';
import { readEvaluation } from './test-result';

/** A run as its folder describes it. */
export interface RunRecord extends RunSettings, RunPurpose {
  readonly name: string;
  readonly folder: string;
  /** ISO 8601. */
  readonly created: string;
  /**
   * `finished`: trained for all its epochs, or stopped before by early stopping or a callback; `failed`: the loss was no longer finite; `running`: a
   * process is training it; `interrupted`: it can be continued.
   */
  readonly status: 'finished' | 'failed' | 'running' | 'interrupted';
  /** Why it failed; null if it did not. */
  readonly failure: string | null;
  /**
   * Fingerprint of the network's layers and their settings, without seeds: equal for networks of the same architecture.
   */
  readonly architecture: string;
  /** sha256 of the weights that training began with; undefined if it has not begun, or in runs of earlier versions. */
  readonly initialWeights?: string;
  /** The processes that trained it, oldest first, with the versions and the device they used. */
  readonly sessions: readonly Session[];
  /** Undefined until the first epoch begins. */
  readonly history: History | undefined;
  /** On the test set; undefined if it was not measured, or its file cannot be read. */
  readonly evaluation: StoredEvaluation | undefined;
}

export interface ReadRunsOptions {
  /** The folder that holds the runs. Defaults to `runsFolder()`. */
  readonly folder?: string;
  /** Called with a sentence for each run, or test result, that cannot be read. By default the sentence is printed. */
  readonly onNotice?: (message: string) => void;
}

/**
 * All runs, oldest first. A run whose test.json cannot be read comes without its test result; if another of its files
 * cannot be read, the run is left out. `onNotice` is given the reason.
 * @throws UserError if the folder itself cannot be read
 */
export async function readRuns({
  folder = runsFolder(),
  onNotice = console.error,
}: ReadRunsOptions = {}): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const name of await namesIn(folder)) {
    try {
      const record = readRun(path.join(folder, name), onNotice);
      if (record) records.push(record);
    } catch (error) {
      onNotice(`The run "${name}" is left out: ${messageOf(error)}`);
    }
  }
  return records.sort((a, b) => (a.created < b.created ? -1 : 1));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new UserError(
      `The folder of the runs, ${folder}, cannot be read (${messageOf(error)}). ` +
        'Check its permissions, or name another one.',
      { cause: error },
    );
  }
}

/** @returns undefined if the folder holds no run */
function readRun(folder: string, onNotice: (message: string) => void): RunRecord | undefined {
  const run = readRunJson(folder, 'run');
  if (run === undefined) return undefined;
  const { name, created, settings, initialWeights, sessions, label, study } = run;
  const network = readRunJson(folder, 'network');
  const { failure, history } = splitHistory(readRunJson(folder, 'history'));
  return {
    ...settings,
    recipe: completed(settings.recipe),
    ...{ label, study },
    name,
    folder,
    created,
    status: statusOf(history, failure, isTraining(folder)),
    failure,
    architecture: architectureFingerprint(network),
    initialWeights,
    sessions,
    history,
    evaluation: evaluationIn(folder, name, onNotice),
  };
}

function splitHistory(file: HistoryFile | undefined): {
  readonly failure: string | null;
  readonly history: History | undefined;
} {
  if (!file) return { failure: null, history: undefined };
  const { failure, ...history } = file;
  return { failure, history: { ...history, recipe: completed(history.recipe) } };
}

function evaluationIn(
  folder: string,
  name: string,
  onNotice: (message: string) => void,
): StoredEvaluation | undefined {
  try {
    return readEvaluation(folder);
  } catch (error) {
    if (!(error instanceof RunFileError)) throw error;
    onNotice(`The test result of the run "${name}" is left out: ${error.message}`);
    return undefined;
  }
}

function statusOf(history: History | undefined, failure: string | null, held: boolean): RunRecord['status'] {
  if (failure !== null) return 'failed';
  if (history && isFinished(history)) return 'finished';
  return held ? 'running' : 'interrupted';
}

/** The weights to keep are chosen only when a run ends. */
function isFinished({ stoppedEarly, stopReason = null, epochs, recipe, weightsOf }: History): boolean {
  return weightsOf !== null && (stoppedEarly || stopReason !== null || epochs.length === begunEpochs(recipe));
}

function isTraining(folder: string): boolean {
  try {
    return isHeld(path.join(folder, runFiles.lock));
  } catch {
    // Something else is in the lock's place.
    return false;
  }
}
