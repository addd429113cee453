/** What is known of the last batch in an output folder: the part that the records of its runs don't tell. */
import * as path from 'node:path';
import { readVersioned, writeWhole } from './files';
import type { Outcome } from './outcome';
import type { Surroundings } from './surroundings';

/** Grows when a record of an older kind can't be read as this one. */
const VERSION = 1;

export interface BatchRecord {
  readonly version: typeof VERSION;
  /** When it began, in ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  /** Undefined if none was asked for. */
  readonly profile?: string;
  readonly surroundings: Surroundings;
  /** In the order of the plan; how a run went in detail stands in its own record. */
  readonly outcomes: readonly BatchOutcome[];
}

export interface BatchOutcome {
  readonly name: string;
  readonly status: Outcome['status'];
  /** Why it was refused. */
  readonly reason?: string;
}

/** @param folder of the executed notebooks */
export function batchRecordFile(folder: string): string {
  return path.join(folder, 'batch.json');
}

/** @returns undefined if there is none that can be read */
export function readBatchRecord(folder: string): BatchRecord | undefined {
  return readVersioned<BatchRecord>(batchRecordFile(folder), VERSION);
}

/** Of batches that write to one folder at the same time, the one that ends last is remembered. */
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
