/** The notebooks of an output folder, as the report lists them. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { outputFolders } from '../notebooks/batch';
import type { BatchOutcome, BatchRecord } from '../notebooks/batch-record';
import { failureText, type Outcome } from '../notebooks/outcome';
import { lockFile, type RunRecord } from '../notebooks/record';
import { isHeld } from '../runtime/process-lock';

export interface NotebookRow {
  readonly name: string;
  readonly status: Outcome['status'] | 'running' | 'cut off';
  /** ISO 8601; missing if it never ran. */
  readonly started?: string;
  readonly seconds?: number;
  readonly profile?: string;
  /** Name of the dataset. */
  readonly data?: string;
  /** What it found out, in its own words. */
  readonly finding?: string;
  /** Why it did not pass: cell, line and error in one line, or why it could not be run. */
  readonly reason?: string;
  /** The whole error, if it has more than one line. */
  readonly details?: string;
  /** Paths of its files, if they exist. */
  readonly executed?: string;
  readonly page?: string;
}

export interface NotebookLists {
  /** The notebooks of the last batch, in its order. */
  readonly batch: readonly NotebookRow[];
  /** The notebooks of earlier batches, by name. */
  readonly others: readonly NotebookRow[];
}

/** @param all records in the folder, sorted by name */
export function listExecuted(
  outDir: string,
  batch: BatchRecord | undefined,
  all: readonly RunRecord[],
): NotebookLists {
  const records = new Map(all.map((record) => [record.name, record]));
  const outcomes = batch?.outcomes ?? [];
  const ofBatch = new Set(outcomes.map(({ name }) => name));
  return {
    batch: outcomes.map((outcome) => rowOf(outDir, outcome.name, records.get(outcome.name), outcome)),
    others: all.filter(({ name }) => !ofBatch.has(name)).map((record) => rowOf(outDir, record.name, record)),
  };
}

function rowOf(
  outDir: string,
  name: string,
  record: RunRecord | undefined,
  outcome?: BatchOutcome,
): NotebookRow {
  const { notebooks, pages } = outputFolders(outDir);
  const executed = path.join(notebooks, `${name}.ipynb`);
  const page = path.join(pages, `${name}.html`);
  const files = {
    ...(fs.existsSync(executed) && { executed }),
    ...(fs.existsSync(page) && { page }),
  };
  if (record === undefined) {
    return { name, status: outcome?.status ?? 'not run', ...reasonOf(outcome), ...files };
  }
  const { started, seconds, parameters, surroundings, failure, finding } = record;
  return {
    name,
    status: statusOf(record, executed, outcome),
    started,
    ...(record.status !== 'running' && { seconds }),
    ...(typeof parameters.profile === 'string' && { profile: parameters.profile }),
    data: surroundings.data.name,
    ...(finding !== undefined && { finding }),
    ...(failure && { reason: failureText(failure) }),
    ...(failure?.message.trim().includes('\n') && { details: failure.message.trim() }),
    ...reasonOf(outcome),
    ...files,
  };
}

function reasonOf(outcome: BatchOutcome | undefined): { reason?: string } {
  return outcome?.reason === undefined ? {} : { reason: outcome.reason };
}

/**
 * For a notebook that the last batch did not run, its status in the batch; for others that in the record, which may be
 * newer.
 */
function statusOf(record: RunRecord, executed: string, outcome?: BatchOutcome): NotebookRow['status'] {
  if (record.status === 'running') return isHeld(lockFile(executed)) ? 'running' : 'cut off';
  const wasRun = outcome === undefined || outcome.status === 'passed' || outcome.status === 'failed';
  return wasRun || record.status === 'failed' ? record.status : outcome.status;
}
