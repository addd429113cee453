/** The report's data, gathered from what is stored: the folders of runs, and the records beside executed notebooks. */
import { outputFolders } from '../notebooks/batch';
import { type BatchRecord, readBatchRecord } from '../notebooks/batch-record';
import { readRecords } from '../notebooks/record';
import { readRuns, type RunRecord } from '../runs/read-runs';
import type { RunSettings } from '../runs/run-files';
import { comparisonsOf, type Comparison } from './comparisons';
import {
  foundData,
  type FoundData,
  type NotebookPlace,
  notebookPlaces,
  type Place,
  placesOf,
  trainedOn,
} from './environments';
import { listExecuted, type NotebookLists } from './notebooks';

export interface Report {
  /** When it was gathered, in ISO 8601. */
  readonly written: string;
  /** The last batch; undefined if none has run yet. */
  readonly batch: BatchRecord | undefined;
  readonly notebooks: NotebookLists;
  /** One for each set of images. */
  readonly comparisons: readonly Comparison[];
  /** Runs that are not finished, or that failed because the loss was no longer finite. */
  readonly unfinished: readonly RunRecord[];
  /** A sentence for each run, or test result, that could not be read. */
  readonly notices: readonly string[];
  readonly places: readonly Place[];
  readonly notebookPlaces: readonly NotebookPlace[];
  readonly foundData: readonly FoundData[];
  readonly trainedOn: readonly RunSettings['dataset'][];
}

export interface GatherOptions {
  /** The folder that batches write to. */
  readonly outDir: string;
  /** The folder that holds the runs. */
  readonly runsDir: string;
}

export async function gatherReport({ outDir, runsDir }: GatherOptions): Promise<Report> {
  const folder = outputFolders(outDir).notebooks;
  const batch = readBatchRecord(folder);
  const records = readRecords(folder);
  const notices: string[] = [];
  const runs = await readRuns({ folder: runsDir, onNotice: (message) => notices.push(message) });
  return {
    written: new Date().toISOString(),
    batch,
    notebooks: listExecuted(outDir, batch, records),
    comparisons: comparisonsOf(runs),
    unfinished: runs.filter(({ status }) => status !== 'finished'),
    notices,
    places: placesOf(runs),
    notebookPlaces: notebookPlaces(records),
    foundData: foundData(records),
    trainedOn: trainedOn(runs),
  };
}
