/** A job that executes a notebook, and brings back what it wrote and the runs that it trained. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as tar from 'tar';
import { archived, type NotebookContent } from '../../lib/notebooks/remote';
import { execute, type Execution } from '../../lib/notebooks/run';
import { probeTensorFlow } from '../../lib/runtime/device';
import { UserError } from '../../lib/runtime/errors';
import { packRun } from '../../lib/runs/carried';
import { runFiles } from '../../lib/runs/run-files';
import { findCircumstances } from '../circumstances';
import type { End, JobFile, Surroundings } from './job';

export type NotebookJob = JobFile & NotebookContent;

/** How often progress is told, in ms. */
const tellEvery = 1000;

export async function notebookJob(job: NotebookJob, { tell, stop }: Surroundings): Promise<End> {
  const { worker, notebook } = job;
  const folder = path.resolve(worker.root, job.folder);
  for (const needed of [folder, ...(job.runs === null ? [] : [job.runs])]) {
    if (!fs.existsSync(needed)) throw new UserError(`The worker ${worker.name} has no folder ${needed}.`);
  }
  const work = path.dirname(job.archive);
  const runs = job.runs ?? path.join(work, 'trained');
  const output = path.join(work, archived.notebook);
  tell({ event: 'begins', resumes: false, shared: job.runs !== null });
  const begun = Date.now();
  let told = -Infinity;
  const execution: Execution = await execute(notebook, {
    ...{ output, folder, interrupt: stop },
    ...(job.timeout !== null && { timeout: job.timeout }),
    ...(job.cellTimeout !== null && { cellTimeout: job.cellTimeout }),
    environment: { ...imagesOf(worker.sources[job.images]), RUNS_DIR: runs },
    onProgress: (progress) => {
      if (performance.now() - told < tellEvery) return;
      told = performance.now();
      tell({ event: 'progress', ...progress });
    },
  });
  const packed = path.join(work, archived.runs);
  fs.mkdirSync(packed);
  for (const name of trainedSince(runs, begun)) {
    await packRun(path.join(runs, name), path.join(packed, name), { slots: false });
  }
  await tar.create({ file: job.archive, cwd: work, portable: true }, [archived.notebook, archived.runs]);
  const { version, device, gpus, whyNoGpu } = await probeTensorFlow(findCircumstances());
  const there = {
    ...{ node: process.versions.node, tensorflow: version ?? 'unknown' },
    ...{ device: device === 'GPU' ? 'GPU' : 'CPU', gpus: gpus.map(({ name }) => name), whyNoGpu },
  };
  return { status: 'finished', execution: { ...execution, there } };
}

function imagesOf(source: string): Record<string, string> {
  // What is found without a name for it is CIFAR-10: the sample has its own key.
  return { DATA_SOURCE: source === 'auto' ? 'cifar10' : source };
}

/** The runs that the notebook has trained or loaded. */
function trainedSince(runs: string, begun: number): string[] {
  if (!fs.existsSync(runs)) return [];
  return fs.readdirSync(runs).filter((name) => {
    const history = fs.statSync(path.join(runs, name, runFiles.history), { throwIfNoEntry: false });
    return history !== undefined && history.mtimeMs >= begun;
  });
}
