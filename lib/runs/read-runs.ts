import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { codeOf, messageOf } from '../data/text';
import type { StoredEvaluation } from './evaluation';
import { fingerprint } from './plain-data';
import { isRunning } from '../runtime/process-lock';
import type { History } from './history';
import {
  runFiles,
  type HistoryFile,
  type RunFile,
  type RunPurpose,
  type RunSettings,
  type Session,
} from './run-files';
import { runsFolder } from './run-path';
import { parseEvaluation } from './test-result';

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

/** All runs, in the order of their beginning. */
export async function readRuns({
  folder = runsFolder(),
  onNotice = console.error,
}: ReadRunsOptions = {}): Promise<RunRecord[]> {
  const names = await fs.readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const records: RunRecord[] = [];
  for (const name of names) {
    try {
      const record = await readRun(path.join(folder, name));
      if (record) records.push(record);
    } catch (error) {
      onNotice(`The run in ${path.join(folder, name)} is left out: ${messageOf(error)}`);
    }
  }
  return records.sort((a, b) => (a.created < b.created ? -1 : 1));
}

/** @returns undefined if the folder holds no run */
async function readRun(folder: string): Promise<RunRecord | undefined> {
  const run = await readText(folder, runFiles.run);
  if (run === undefined) return undefined;
  const content = JSON.parse(run) as Partial<RunFile> | null;
  if (!isRunFile(content)) throw new Error(`its ${runFiles.run} is none of this version`);
  const { name, created, settings, initialWeights, sessions, label, study } = content;
  const history = await readText(folder, runFiles.history);
  const test = await readText(folder, runFiles.test);
  const network = await readText(folder, runFiles.network);
  const { failure = null, ...rows } = history ? (JSON.parse(history) as HistoryFile) : {};
  const known = history ? (rows as History) : undefined;
  return {
    ...settings,
    ...{ label, study },
    name,
    folder,
    created,
    status: statusOf(known, failure, await isHeld(folder)),
    failure,
    architecture: fingerprint(JSON.parse(network ?? 'null', withoutSeeds)),
    initialWeights,
    sessions,
    history: known,
    evaluation: test === undefined ? undefined : parseEvaluation(test),
  };
}

function isRunFile(content: Partial<RunFile> | null): content is RunFile {
  return content?.format === 1 && content.settings !== undefined && content.sessions !== undefined;
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

async function readText(folder: string, name: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path.join(folder, name), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
