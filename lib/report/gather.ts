/** The report's data, gathered from what is stored: the folders of runs, and the records beside executed notebooks. */
import { outputFolders } from '../notebooks/batch';
import { type BatchRecord, readBatchRecord } from '../notebooks/batch-record';
import { readRecords } from '../notebooks/record';
import { publishedFolder, readRecords as readPublishedRecords } from '../published/record-file';
import { publishedResults, type PublishedResult } from '../published/results';
import { readRuns, type RunRecord } from '../runs/read-runs';
import { UserError } from '../runtime/errors';
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
import { type Playground, readPlayground } from './playground';

export interface Report {
  /** When it was gathered, in ISO 8601. */
  readonly written: string;
  /** The last batch; undefined if none has run yet. */
  readonly batch: BatchRecord | undefined;
  readonly notebooks: NotebookLists;
  /** One for each set of images. */
  readonly comparisons: readonly Comparison[];
  /** The committed results of the project. */
  readonly published: readonly PublishedResult[];
  /** Runs that are not finished, or that failed because the loss was no longer finite. */
  readonly unfinished: readonly RunRecord[];
  /** A sentence for each run, or test result, that could not be read. */
  readonly notices: readonly string[];
  readonly places: readonly Place[];
  readonly notebookPlaces: readonly NotebookPlace[];
  readonly foundData: readonly FoundData[];
  readonly trainedOn: readonly RunSettings['dataset'][];
  /** Undefined if it has not been exported. */
  readonly playground: Playground | undefined;
}

export interface GatherOptions {
  /** The folder that batches write to. */
  readonly outDir: string;
  /** The folder that holds the runs. */
  readonly runsDir: string;
  /** The folder of the published results. Defaults to that of this project. */
  readonly publishedDir?: string;
}

export async function gatherReport({
  outDir,
  runsDir,
  publishedDir = publishedFolder,
}: GatherOptions): Promise<Report> {
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
    published: publishedIn(publishedDir, notices),
    unfinished: runs.filter(({ status }) => status !== 'finished'),
    notices,
    places: placesOf(runs),
    notebookPlaces: notebookPlaces(records),
    foundData: foundData(records),
    trainedOn: trainedOn(runs),
    playground: readPlayground(outDir),
  };
}

/** A damaged record is a notice: the report is about the runs. */
function publishedIn(folder: string, notices: string[]): PublishedResult[] {
  try {
    return publishedResults(readPublishedRecords(folder));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    notices.push(`The published results are left out: ${error.message}`);
    return [];
  }
}
