/** The last batch of an output folder: what the records of its runs don't say. */
import * as path from 'node:path';
import { readVersioned, writeWhole } from './files';
import type { Outcome } from './outcome';
import type { Surroundings } from './surroundings';

/** Raised when older records can no longer be read as current ones. */
const VERSION = 1;

export interface BatchRecord {
  readonly version: typeof VERSION;
  /** When it began, in ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  /** Undefined if none was given. */
  readonly profile?: string;
  readonly surroundings: Surroundings;
  /** In the order of the plan. Each run's own record has the details. */
  readonly outcomes: readonly BatchOutcome[];
}

export interface BatchOutcome {
  readonly name: string;
  readonly status: Outcome['status'];
  /** Why it was refused. */
  readonly reason?: string;
}

/** @param folder with the executed notebooks */
export function batchRecordFile(folder: string): string {
  return path.join(folder, 'batch.json');
}

/** @returns undefined if there is no readable record */
export function readBatchRecord(folder: string): BatchRecord | undefined {
  return readVersioned<BatchRecord>(batchRecordFile(folder), VERSION);
}

/** If several batches write to one folder at the same time, the last to end is kept. */
export function writeBatchRecord(
  folder: string,
  { outcomes, ...content }: Omit<BatchRecord, 'version' | 'outcomes'> & { outcomes: readonly Outcome[] },
): void {
  const told = outcomes.map((outcome): BatchOutcome => {
    const { name, status } = outcome;
    return { name, status, ...(outcome.status === 'refused' && { reason: outcome.reason }) };
  });
  const record: BatchRecord = { version: VERSION, ...content, outcomes: told };
  writeWhole(batchRecordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
}
