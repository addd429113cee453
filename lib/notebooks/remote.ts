/** Notebooks on the workers of a cluster: what is sent, and how the executed notebook and its runs come back. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tar from 'tar';
import { keyOf, type ImagesFact } from '../cluster/facts';
import type { Remote } from '../cluster/on-cluster';
import type { JobEnd, Told } from '../cluster/submission';
import { projectRoot } from '../runtime/paths';
import { unpackRun } from '../runs/carried';
import { hashText, writeWhole } from './files';
import { readsRuns, type Notebook } from './notebook';
import type { PlannedRun } from './plan';
import { execute, type ExecuteOptions, type Execution, type Progress } from './run';

/** What the worker is told of a notebook. */
export interface NotebookContent {
  readonly kind: 'notebook';
  readonly notebook: Notebook;
  /** Where the kernel starts: relative to the clone, or a whole path outside of it. */
  readonly folder: string;
  readonly cellTimeout: number | null;
  readonly timeout: number | null;
  /** Which images it sees. */
  readonly images: string;
  /** A folder for the runs that it trains, which all workers share; null if they only come back with the notebook. */
  readonly runs: string | null;
}

/** In the archive that comes back, beside the folder with its packed runs. */
export const archived = { notebook: 'executed.ipynb', runs: 'runs' } as const;

/** Executes a planned notebook somewhere. */
export type Executor = (run: PlannedRun, options: ExecuteOptions) => Promise<Execution>;

/** Here. */
export const executeHere: Executor = ({ notebook }, options) => execute(notebook, options);

export interface RemoteExecutor {
  readonly execute: Executor;
  /** For `onCluster`. */
  onTold(job: string, told: Told): void;
}

export interface RemoteExecutorOptions {
  readonly images: ImagesFact;
  /** Where runs that come back are put. */
  readonly target: string;
  readonly shared: string | null;
}

/**
 * Executes notebooks on workers. One that reads the runs of others stays here, where all of them are.
 * @param connected resolves once there is a connection
 */
export function remoteExecutor(connected: Promise<Remote>, options: RemoteExecutorOptions): RemoteExecutor {
  const { images, target, shared } = options;
  const listeners = new Map<string, (progress: Progress) => void>();
  return {
    onTold: (job, told) => {
      if (told.event === 'progress') listeners.get(job)?.(told as unknown as Progress);
    },
    execute: async (run, local) => {
      if (readsRuns(run.notebook)) return executeHere(run, local);
      const remote = await connected;
      const content: NotebookContent = {
        ...{ kind: 'notebook', notebook: run.notebook, folder: placeOf(local.folder) },
        ...{ cellTimeout: local.cellTimeout ?? null, timeout: local.timeout ?? null },
        ...{ images: keyOf('images', images), runs: shared },
      };
      if (local.onProgress) listeners.set(run.name, local.onProgress);
      const job = { name: run.name, content: { ...content }, images };
      const arrived = remote.run(job, async ({ archive }) => {
        if (archive !== null) await unpack(archive, local.output, target);
      });
      const end = await Promise.race([arrived, aborted(local.kill)]);
      listeners.delete(run.name);
      return executionOf(end);
    },
  };
}

/** The name of a batch's submission: the same for the same notebooks, parameters and code. */
export function batchName(runs: readonly PlannedRun[], code: string, shared: string | null): string {
  const what = runs.map(({ name, notebook }) => [name, notebook.cells.map(({ source }) => source)]);
  return `notebooks-${hashText(JSON.stringify([what, code, shared])).slice(0, 8)}`;
}

function placeOf(folder: string): string {
  const relative = path.relative(projectRoot, folder);
  return relative.startsWith('..') ? folder : relative;
}

async function unpack(archive: string, output: string, target: string): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cifar10-notebook-'));
  try {
    await tar.extract({ file: archive, cwd: folder, strict: true });
    const runs = path.join(folder, archived.runs);
    for (const name of fs.existsSync(runs) ? fs.readdirSync(runs) : []) {
      await unpackRun(path.join(runs, name), name, target);
    }
    writeWhole(output, fs.readFileSync(path.join(folder, archived.notebook), 'utf8'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function executionOf(end: JobEnd | undefined): Execution {
  const none = { seconds: 0, cellSeconds: [], ended: [] };
  if (!end) return { ...none, failure: { kind: 'crash', message: 'it is not in that submission' } };
  if (end.status === 'finished') return end.execution as Execution;
  const kind = end.status === 'interrupted' ? 'interrupted' : 'crash';
  const worker = end.worker === null ? '' : ` (worker ${end.worker})`;
  return { ...none, failure: { kind, message: `${end.message ?? end.status}${worker}` } };
}

/** Resolves once everything is to end at once; the worker then stops by itself. */
function aborted(signal: AbortSignal | undefined): Promise<JobEnd> {
  const end: JobEnd = {
    status: 'interrupted',
    message: 'the batch was ended at once',
    worker: null,
    archive: null,
  };
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve(end);
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
