import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf } from '../data/text';
import type { StoredEvaluation } from './evaluation';
import { fingerprint } from './plain-data';
import { UserError } from '../runtime/errors';
import { isRunning } from '../runtime/process-lock';
import type { History } from './history';
import { runFiles, type HistoryFile, type RunPurpose, type RunSettings, type Session } from './run-files';
import { readRunJson, RunFileError } from './run-json';
import { runsFolder } from './run-path';
import { readEvaluation } from './test-result';

/** What a run's folder tells of it, and of nothing else. */
export interface RunRecord extends RunSettings, RunPurpose {
  readonly name: string;
  readonly folder: string;
  /** ISO 8601. */
  readonly created: string;
  /**
   * `finished`: all epochs, or stopped early; `failed`: the loss was no number any more; `running`: a process is at
   * it; `interrupted`: it can be taken up again.
   */
  readonly status: 'finished' | 'failed' | 'running' | 'interrupted';
  /** Why it failed. */
  readonly failure: string | null;
  /** Of the network's layers with their settings, initial weights left out: the same for the same kind of network. */
  readonly architecture: string;
  /** sha256 of the weights that training began with; undefined if it has not, or an earlier version wrote the run. */
  readonly initialWeights?: string;
  /** The processes that trained it, in their order, with what they ran on. */
  readonly sessions: readonly Session[];
  /** Undefined before the first epoch has begun. */
  readonly history: History | undefined;
  /** On the test set; undefined if that was not measured. */
  readonly evaluation: StoredEvaluation | undefined;
}

export interface ReadRunsOptions {
  /** Where runs are kept; `runsFolder()` unless told. */
  readonly folder?: string;
  /** Told of folders that cannot be read as runs. Prints it unless told. */
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
      const record = await readRun(path.join(folder, name), onNotice);
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
async function readRun(folder: string, onNotice: (message: string) => void): Promise<RunRecord | undefined> {
  const run = readRunJson(folder, 'run');
  if (run === undefined) return undefined;
  const { name, created, settings, initialWeights, sessions, label, study } = run;
  const network = readRunJson(folder, 'network');
  const { failure, history } = splitHistory(readRunJson(folder, 'history'));
  return {
    ...settings,
    ...{ label, study },
    name,
    folder,
    created,
    status: statusOf(history, failure, await isHeld(folder)),
    failure,
    architecture: fingerprint(JSON.parse(JSON.stringify(network ?? null), withoutSeeds)),
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
  return { failure, history };
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

/** The weights that count are chosen when a run has come to its end, not before. */
function isFinished({ stoppedEarly, epochs, recipe, weightsOf }: History): boolean {
  return weightsOf !== null && (stoppedEarly || epochs.length === recipe.epochs);
}

function withoutSeeds(key: string, value: unknown): unknown {
  return key === 'seed' ? undefined : value;
}

async function isHeld(folder: string): Promise<boolean> {
  const holder = await fs.readlink(path.join(folder, runFiles.lock)).catch(() => '');
  return holder !== '' && isRunning(holder.slice(0, holder.lastIndexOf(':')));
}
