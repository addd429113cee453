/** A job that trains: one run of `npm run train`, by its command line. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadDataset } from '../../lib/data/load';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { acquireLock } from '../../lib/runtime/process-lock';
import type { History } from '../../lib/runs';
import { packRun, unpackRun } from '../../lib/runs/carried';
import { runFiles } from '../../lib/runs/run-files';
import { runPath } from '../../lib/runs/run-path';
import type { TrainCallbacks } from '../../lib/train';
import { DivergedError } from '../../lib/train/diverged';
import { readArguments, type Request } from '../train/arguments';
import { trainRun } from '../train/train-run';
import type { End, JobFile, StopReason, Surroundings } from './job';

export interface TrainJob extends JobFile {
  readonly kind: 'train';
  /** Of the run alone. */
  readonly args: readonly string[];
  /** Which images it is trained on. */
  readonly images: string;
  /** The folder that workers share; null if each keeps its runs to itself. */
  readonly runs: string | null;
}

export async function trainJob(job: TrainJob, surroundings: Surroundings): Promise<End> {
  const asked = readArguments(job.args);
  const runs = job.runs ?? ownRuns(job);
  needShared(job, runs);
  const request: Request = {
    ...asked,
    data: { ...asked.data, source: job.worker.sources[job.images] },
    run: { ...asked.run, folder: runs },
  };
  const kept = {
    name: request.run.name,
    runs,
    shared: job.runs !== null,
    archive: job.archive,
    before: job.before,
  };
  return keepRun(kept, surroundings, async (say) => {
    const dataset = await loadDataset(request.data);
    return (await trainRun(request, dataset, { callbacks: [telling(surroundings)], say })).history;
  });
}

export interface KeptRun {
  readonly name: string;
  /** The folder that holds it. */
  readonly runs: string;
  /** Whether that folder is everybody's. */
  readonly shared: boolean;
  /** Where the run is to be packed. */
  readonly archive: string;
  /** A run that was begun elsewhere, packed. */
  readonly before?: string;
}

/** Trains a run once nobody else does, and packs it. */
export async function keepRun(
  { name, runs, shared, archive, before }: KeptRun,
  { tell, stop }: Surroundings,
  doTrain: (say: (text: string) => void) => Promise<History>,
): Promise<End> {
  const folder = runPath(name, runs);
  await waitForLock(folder, stop);
  if (stop.aborted) return { status: 'interrupted', message: 'it had not begun' };
  if (before !== undefined && !isBegun(folder)) await unpackRun(before, name, runs);
  tell({ event: 'begins', resumes: isBegun(folder), shared });
  let end: End;
  try {
    const { interrupted } = await doTrain((text) => {
      tell({ event: 'says', text });
    });
    end = { status: interrupted ? 'interrupted' : 'finished' };
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    end = { status: 'failed', message: error.message };
  }
  // What was not finished is brought back whole, to be finished wherever it is wanted.
  await packRun(folder, archive, { slots: end.status === 'interrupted' });
  // Without its worker, nobody takes it from here; but it may go on from here when the worker comes back.
  const isDelivered = (stop.reason as StopReason | undefined) !== 'alone';
  if (!shared && isDelivered) removeRun(folder);
  return end;
}

/** A worker's own folder for the runs of a submission. */
export const ownRuns = ({ worker, submission }: JobFile): string =>
  path.join(worker.folder, 'runs', submission);

/** Removes it, and the folder of its submission with the last one. */
function removeRun(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  try {
    fs.rmdirSync(path.dirname(folder));
  } catch {
    // Others are in the making.
  }
}

const isBegun = (folder: string): boolean => fs.existsSync(path.join(folder, runFiles.run));

/** A missing folder would be made, and hold runs that nobody else sees. */
function needShared({ runs, worker }: TrainJob, folder: string): void {
  if (runs === null || fs.existsSync(folder)) return;
  throw new UserError(
    `The worker ${worker.name} has no folder ${runs}: mount it there, or make it if it is to be one.`,
  );
}

/** The process that did this job before may still be saving. */
async function waitForLock(folder: string, signal: AbortSignal): Promise<void> {
  if (!fs.existsSync(folder)) return;
  try {
    (await acquireLock(path.join(folder, runFiles.lock), { signal })).release();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How often progress is told, in ms. */
const tellEvery = 1000;

export function telling({ tell, stop }: Surroundings): TrainCallbacks {
  let last = -Infinity;
  return {
    onStart: () => {
      // Asked before training could listen.
      if (stop.aborted) requestInterrupt();
    },
    onBatch: ({ epoch, epochs, images, imagesPerEpoch, loss, accuracy, secondsLeft }) => {
      const now = performance.now();
      if (now - last < tellEvery) return;
      last = now;
      const share = (epoch - 1 + images / imagesPerEpoch) / epochs;
      tell({ event: 'progress', epoch, epochs, share, loss, accuracy, secondsLeft });
    },
  };
}
