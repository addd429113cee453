/**
 * The record of a run, in a file beside its output: how it went, where it ran, and what it depended on. `--resume`, the
 * time left and the report are based on it.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { hashFile, readVersioned, writeWhole } from './files';
import type { Fingerprint } from './fingerprint';
import type { Parameters } from './parameters';
import type { Failure } from './run';
import type { Surroundings } from './surroundings';

/** Raised when older records can no longer be read as current ones. */
const VERSION = 1;

export interface RunRecord {
  readonly version: typeof VERSION;
  readonly name: string;
  /** File name of the notebook that was run. */
  readonly notebook: string;
  readonly parameters: Parameters;
  /** Also 'running' if the batch was killed during the run. */
  readonly status: 'running' | 'passed' | 'failed';
  readonly failure?: Failure;
  /** When it began, in ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  /** Time of each code cell, in seconds; while 'running' or after a failure, the times of the previous run. */
  readonly cellSeconds: readonly number[];
  /** What it found out, in a sentence of its own; missing if it says nothing of the kind. */
  readonly finding?: string;
  readonly fingerprint: Fingerprint;
  readonly surroundings: Surroundings;
  /** sha256 of the executed notebook. */
  readonly outputDigest?: string;
}

/** The path of the record, beside the executed notebook. */
export function recordFile(output: string): string {
  return output.replace(/\.ipynb$/, '.run.json');
}

/** The record of an executed notebook; undefined if there is no readable one. */
export function readRecord(output: string): RunRecord | undefined {
  return readVersioned<RunRecord>(recordFile(output), VERSION);
}

/** The records of all executed notebooks in a folder, sorted by name. */
export function readRecords(folder: string): RunRecord[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  return names
    .filter((name) => name.endsWith('.run.json'))
    .flatMap((name) => readRecord(path.join(folder, name.replace(/\.run\.json$/, '.ipynb'))) ?? []);
}

/** The lock to hold while writing an executed notebook and its record. */
export function lockFile(output: string): string {
  const { dir, name } = path.parse(output);
  return path.join(dir, `.${name}.lock`);
}

export function writeRecord(output: string, content: Omit<RunRecord, 'version'>): void {
  const record: RunRecord = { version: VERSION, ...content };
  writeWhole(recordFile(output), `${JSON.stringify(record, null, 2)}\n`);
}

/** Why a run has to be repeated; undefined if its output is still valid. */
export function whyRun(
  output: string,
  fingerprint: Fingerprint,
  record = readRecord(output),
): string | undefined {
  if (record === undefined) return 'it has not run yet';
  if (record.status === 'running') return 'its last run was cut off';
  if (record.status === 'failed') return 'it failed the last time';
  const names = {
    code: 'its code has',
    parameters: 'its parameters have',
    lib: 'lib or the installed packages have',
    data: 'the data have',
    node: 'Node has',
    tensorflow: 'TensorFlow has',
    runs: 'the runs that it reads have',
  } as const;
  for (const key of Object.keys(names) as (keyof Fingerprint)[]) {
    if (record.fingerprint[key] !== fingerprint[key]) return `${names[key]} changed`;
  }
  if (!fs.existsSync(output)) return `${path.basename(output)} is gone`;
  return hashFile(output) === record.outputDigest ? undefined : `${path.basename(output)} was changed`;
}
