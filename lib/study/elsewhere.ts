/** Trains the runs of a sweep on a cluster: afterwards they are here, and only have to be loaded. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as tar from 'tar';
import { codeFacts, imagesFact, keyOf } from '../cluster/facts';
import { onCluster } from '../cluster/on-cluster';
import { connectionTo, type Resources } from '../cluster/options';
import { loadDataset } from '../data/load';
import type { Dataset } from '../data/types';
import { saveModel } from '../models/weights/files';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { readRuns } from '../runs';
import { unpackRun } from '../runs/carried';
import type { RunOptions } from '../runs/run-folder';
import { runsFolder } from '../runs/run-path';
import { graphEngine } from '../train/graph-engine';
import type { TrainOptions } from '../train/train';

export interface ClusterChoice {
  /** The scheduler, such as `tls://host:8786`. */
  readonly address: string;
  /** What each run takes of a worker, such as `{ GPU: 1 }`. */
  readonly resources?: Resources;
  /** The folder with the keys. Defaults to cluster-keys. */
  readonly keys?: string;
  /** Without encryption, though the scheduler is on another machine. Defaults to false. */
  readonly plain?: boolean;
}

/** A training as it would be done here. */
export interface Training {
  /** What it comes to: trainings of the same are done once. */
  readonly key: string;
  /** Untrained. */
  readonly model: tf.LayersModel;
  readonly options: TrainOptions;
  readonly run: RunOptions;
}

/** What the worker is told of a training. */
export interface PlanContent {
  readonly kind: 'plan';
  /** Without what is no plain data. */
  readonly options: TrainOptions;
  readonly engine: string;
  readonly run: Pick<RunOptions, 'name' | 'label' | 'study'>;
  /** Which images, and the digest of those of them that are used. */
  readonly images: string;
  readonly trainLimit: number;
  readonly testLimit: number;
  readonly digest: string;
}

/**
 * Trains what is not finished here, and brings it back. A training whose loss was no longer finite is left out.
 * @param trainings each is taken when it is needed, so that not all networks are in memory at once
 * @returns whether an interrupt ended it before all were trained
 * @throws UserError if a training has parts that cannot be sent, or no worker may take them
 */
export async function trainElsewhere(
  dataset: Dataset,
  trainings: Iterable<Training>,
  choice: string | ClusterChoice,
): Promise<boolean> {
  const {
    address,
    resources = {},
    ...how
  }: ClusterChoice = typeof choice === 'string' ? { address: choice } : choice;
  const connection = connectionTo(address, how);
  const target = runsFolder();
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cifar10-sweep-'));
  try {
    const { kind, location } = dataset.source;
    const images = imagesFact(await loadDataset({ source: kind === 'sample' ? 'sample' : location }));
    const jobs = await prepare(dataset, trainings, { temporary, target, images: keyOf('images', images) });
    if (jobs.length === 0) return false;
    const code = codeFacts();
    const what = jobs.map(({ content }) => content);
    const digest = createHash('sha256')
      .update(JSON.stringify([what, keyOf('code', code)]))
      .digest('hex');
    const options = { connection, resources, attach: false, detach: false };
    const command = {
      options,
      name: `sweep-${digest.slice(0, 8)}`,
      code,
      images: [images],
      say: console.log,
    };
    const statuses = await onCluster(command, (remote) =>
      Promise.all(
        jobs.map(async ({ name, content, before }) => {
          const end = await remote.run({ name, content: { ...content }, before, images }, async (arrived) => {
            const isUseful = arrived.archive !== null && arrived.status !== 'failed';
            if (isUseful) await unpackRun(arrived.archive, name, target);
          });
          if (end && !['finished', 'failed', 'interrupted'].includes(end.status)) {
            throw new UserError(
              `The run "${name}" could not be trained on the cluster: ${end.message ?? end.status}`,
            );
          }
          return end?.status;
        }),
      ),
    );
    return statuses.includes('interrupted');
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

interface Prepared {
  readonly name: string;
  readonly content: PlanContent;
  readonly before: string;
}

async function prepare(
  dataset: Dataset,
  trainings: Iterable<Training>,
  { temporary, target, images }: { temporary: string; target: string; images: string },
): Promise<Prepared[]> {
  const records = await readRuns({ folder: target });
  const finished = new Set(records.filter(({ status }) => status === 'finished').map(({ name }) => name));
  const seen = new Set<string>();
  const jobs: Prepared[] = [];
  for (const { key, model, options, run } of trainings) {
    if (finished.has(run.name) || seen.has(key)) continue;
    seen.add(key);
    const { engine = graphEngine, ...rest } = options;
    needPlain(rest, run.name);
    const { name, label, study } = run;
    const content: PlanContent = {
      ...{ kind: 'plan', options: rest, engine: engine.name, run: { name, label, study }, images },
      ...{ trainLimit: dataset.train.count, testLimit: dataset.test.count, digest: dataset.source.digest },
    };
    const folder = path.join(temporary, `${name}-network`);
    const before = path.join(temporary, name);
    await saveModel(model, folder);
    await tar.create({ file: before, cwd: folder, portable: true }, fs.readdirSync(folder));
    fs.rmSync(folder, { recursive: true });
    jobs.push({ name, content, before });
  }
  return jobs;
}

/** A function of the user's own would be lost on the way. */
function needPlain(options: object, name: string): void {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  for (const [option, value] of Object.entries(given) as [string, unknown][]) {
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)) continue;
    throw new UserError(
      `The option ${option} of the run "${name}" has parts that are no plain data, such as functions of your own; ` +
        'they cannot be sent to a cluster. Leave out cluster to train here.',
    );
  }
}
