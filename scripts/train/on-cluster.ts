/** Trains runs on a cluster, and brings them back. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { codeFacts, imagesFact, keyOf, type CodeFacts, type ImagesFact } from '../../lib/cluster/facts';
import { onCluster, type Remote } from '../../lib/cluster/on-cluster';
import type { ClusterOptions } from '../../lib/cluster/options';
import type { JobEnd } from '../../lib/cluster/submission';
import { loadDataset } from '../../lib/data/load';
import { UserError } from '../../lib/runtime/errors';
import { interruptOnSignals } from '../../lib/runtime/signals';
import { readRuns, type RunRecord } from '../../lib/runs';
import { packRun, unpackRun } from '../../lib/runs/carried';
import { readRunJson } from '../../lib/runs/run-json';
import { runPath, runsFolder } from '../../lib/runs/run-path';
import { percent } from '../../lib/show/format';
import type { AskedRun, Command } from './command-line';
import type { RunEnd } from './in-turn';

interface Ended {
  readonly ends: readonly RunEnd[];
  readonly code: number | undefined;
}

/** A run with what is known of it here. */
interface Sorted {
  readonly run: AskedRun;
  /** All images of its source, of which it may use a part. */
  readonly images: ImagesFact;
  /** In the folder where results go. */
  readonly record: RunRecord | undefined;
  /** Whether it need not be run any more. */
  readonly isDone: boolean;
}

/** @returns how each run ended, in the order of the command; without those that are still going on */
export async function trainOnCluster({
  runs,
  cluster,
}: Command & { cluster: ClusterOptions }): Promise<Ended> {
  const target = runsFolder();
  const shared = sharedFolder(runs);
  if (runs.some(({ request }) => request.run.resume === 'required')) {
    throw new UserError('--resume is not for a cluster: the same command goes on with what there is.');
  }
  if (shared !== null && runs.some(({ request }) => request.run.resume === false)) {
    throw new UserError(`--fresh is not for a shared folder: remove the runs from ${shared} yourself.`);
  }
  const sorted = await sortOut(runs, target);
  const code = codeFacts();
  const name = submissionName(sorted, shared, code);
  const open = sorted.filter(({ isDone }) => !isDone).length;
  console.log(`Runs: ${runs.length}, still to be done: ${open}. The submission is named ${name}.`);
  const signals = interruptOnSignals();
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cifar10-runs-'));
  const counter = new Counter(runs.length);
  try {
    const images = [...new Map(sorted.map((each) => [keyOf('images', each.images), each.images])).values()];
    const command = { options: cluster, name, code, images, say: console.log };
    const ends = await onCluster(command, (remote) => {
      const jobs = sorted.map((each) => bring(each, { remote, target, shared, temporary, counter }));
      return Promise.all(jobs);
    });
    if (cluster.detach) {
      console.log('All runs are submitted. The same command comes back to them.');
      return { ends: [], code: undefined };
    }
    return conclude(ends, signals.exitCode());
  } finally {
    signals.release();
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

interface Bringing {
  readonly remote: Remote;
  readonly target: string;
  readonly shared: string | null;
  readonly temporary: string;
  readonly counter: Counter;
}

interface Brought {
  readonly name: string;
  readonly status: JobEnd['status'] | 'left out';
  readonly end?: RunEnd;
  readonly message?: string | null;
}

async function bring(
  { run, images, record, isDone }: Sorted,
  { remote, target, shared, temporary, counter }: Bringing,
): Promise<Brought> {
  const { name, resume } = run.request.run;
  if (isDone) {
    remote.forget(name);
    counter.count(name, `is here already, ${resultIn(target, name)}`);
    return { name, status: 'finished', end: storedEnd(target, name) };
  }
  const content = {
    ...{ kind: 'train', args: run.args.filter((word) => word !== '--fresh') },
    ...{ images: keyOf('images', images), runs: shared },
  };
  const before = record && resume !== false ? path.join(temporary, name) : undefined;
  if (before !== undefined) await packRun(runPath(name, target), before, { slots: true });
  const end = await remote.run(
    { name, content, images, ...(before !== undefined && { before }) },
    async (arrived) => {
      if (arrived.archive === null || isSame(shared, target)) return;
      await unpackRun(arrived.archive, name, target);
    },
  );
  if (!end) return { name, status: 'left out' };
  const { status, message, worker } = end;
  const stored = ['finished', 'failed', 'interrupted'].includes(status) && hasRun(target, name);
  counter.count(
    name,
    `${endText(status, message)}${stored ? `, ${resultIn(target, name)}` : ''}${worker === null ? '' : ` (${worker})`}`,
  );
  return { name, status, message, ...(stored && { end: storedEnd(target, name, message) }) };
}

function endText(status: JobEnd['status'], message: string | null): string {
  const because = message === null ? '' : `: ${message}`;
  const texts: Readonly<Record<JobEnd['status'], string>> = {
    finished: 'trained',
    failed: `failed${because}`,
    interrupted: message === null ? 'saved and stopped' : `stopped; ${message}`,
    refused: `refused${because}`,
    crashed: `its process ended without a word${because}`,
    lost: `given up${because}`,
  };
  return texts[status];
}

/** Says how many runs are over. */
class Counter {
  #done = 0;
  constructor(readonly all: number) {}

  count(name: string, text: string): void {
    this.#done++;
    console.log(`[${this.#done}/${this.all}] ${name}: ${text}`);
  }
}

function conclude(brought: readonly Brought[], signal: number | undefined): Ended {
  const ends = brought.flatMap(
    ({ name, end, message }) => end ?? (message ? { name, failure: message } : []),
  );
  const named = (status: Brought['status']): string[] =>
    brought.filter((each) => each.status === status).map(({ name }) => name);
  const finished = named('finished').length;
  console.log(`${finished} of ${brought.length} runs are trained. \`npm run results\` lists them.`);
  const missing = named('left out');
  if (missing.length > 0)
    console.log(`Not in that submission: ${missing.join(', ')}. Leave out --attach to submit them.`);
  if (named('interrupted').length > 0) {
    console.log('Run the same command again to continue, with --cluster or without.');
    return { ends, code: signal ?? 1 };
  }
  return { ends, code: signal ?? (finished === brought.length ? undefined : 1) };
}

async function sortOut(runs: readonly AskedRun[], target: string): Promise<Sorted[]> {
  const records = new Map((await readRuns({ folder: target })).map((record) => [record.name, record]));
  const wholes = new Map<string, ImagesFact>();
  const parts = new Map<string, string>();
  const sorted: Sorted[] = [];
  for (const run of runs) {
    const { data, run: options, network } = run.request;
    const whole = JSON.stringify(data.source ?? null);
    if (!wholes.has(whole)) wholes.set(whole, imagesFact(await loadDataset({ source: data.source })));
    const used = JSON.stringify(data);
    if (!parts.has(used)) parts.set(used, (await loadDataset(data)).source.digest);
    const record = records.get(options.name);
    if (record?.status === 'running') {
      throw new UserError(`A process of this machine is training the run "${options.name}" right now.`);
    }
    const isOther = record && (record.dataset.digest !== parts.get(used) || record.network.name !== network);
    if (isOther && options.resume !== false) {
      throw new UserError(
        `There is already a run "${options.name}" here, with other options: choose another --name, or replace it with --fresh.`,
      );
    }
    const isDone =
      options.resume !== false && record?.status === 'finished' && record.evaluation !== undefined;
    sorted.push({ run, record, isDone, images: wholes.get(whole)! });
  }
  return sorted;
}

/** The folder that `--runs` names: one for all runs. */
function sharedFolder(runs: readonly AskedRun[]): string | null {
  const folder = runs[0].request.run.folder;
  if (folder === undefined) return null;
  if (path.isAbsolute(folder)) return folder;
  throw new UserError(
    `--runs is "${folder}"; with --cluster it has to be a whole path, which all workers have.`,
  );
}

/** The same for the same runs of the same code. */
function submissionName(sorted: readonly Sorted[], shared: string | null, code: CodeFacts): string {
  const networks = [...new Set(sorted.map(({ run }) => run.request.network))].join('-');
  const what = sorted.map(({ run, images }) => [run.args, keyOf('images', images)]);
  const digest = createHash('sha256').update(JSON.stringify([what, shared, keyOf('code', code)]));
  return `${networks.slice(0, 60)}-${digest.digest('hex').slice(0, 8)}`;
}

function isSame(shared: string | null, target: string): boolean {
  return (
    shared !== null &&
    fs.existsSync(shared) &&
    fs.existsSync(target) &&
    fs.realpathSync(shared) === fs.realpathSync(target)
  );
}

function hasRun(target: string, name: string): boolean {
  return readRunJson(runPath(name, target), 'run') !== undefined;
}

function resultIn(target: string, name: string): string {
  const folder = runPath(name, target);
  const test = readRunJson(folder, 'test');
  if (test) return `test accuracy ${percent(test.accuracy)}`;
  return `${readRunJson(folder, 'history')?.epochs.length ?? 0} epochs`;
}

function storedEnd(target: string, name: string, failure: string | null = null): RunEnd {
  const folder = runPath(name, target);
  const history = readRunJson(folder, 'history');
  const test = readRunJson(folder, 'test');
  return { name, ...(history && { history }), ...(test && { test }), ...(failure !== null && { failure }) };
}
