/** A job that trains a network that came along, by options that are plain data: a run of a sweep. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as tar from 'tar';
import { loadDataset } from '../../lib/data/load';
import { loadModel } from '../../lib/models';
import { UserError } from '../../lib/runtime/errors';
import type { PlanContent } from '../../lib/study/elsewhere';
import { train } from '../../lib/train';
import { engines } from '../train/arguments';
import type { End, JobFile, Surroundings } from './job';
import { keepRun, ownRuns, telling } from './train-job';

export type PlanJob = JobFile & PlanContent;

export async function planJob(job: PlanJob, surroundings: Surroundings): Promise<End> {
  const { worker, trainLimit, testLimit } = job;
  const dataset = await loadDataset({ source: worker.sources[job.images], trainLimit, testLimit });
  if (dataset.source.digest !== job.digest) {
    throw new UserError(
      'The images of this sweep are no part of its dataset that loadDataset would give, so a worker cannot have them.',
    );
  }
  const folder = path.join(path.dirname(job.archive), 'network');
  fs.mkdirSync(folder);
  await tar.extract({ file: job.before!, cwd: folder, strict: true });
  const model = await loadModel(folder);
  const runs = ownRuns(job);
  const engine = Object.values(engines).find(({ name }) => name === job.engine);
  return keepRun({ name: job.run.name, runs, shared: false, archive: job.archive }, surroundings, (say) =>
    train(model, dataset, {
      ...job.options,
      engine,
      run: { ...job.run, folder: runs, resume: 'same' },
      callbacks: [telling(surroundings)],
      onNotice: say,
    }),
  );
}
