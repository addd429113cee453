/** What `npm run notebooks` and `npm start` do. */
import * as fs from 'node:fs';
import { codeFacts, keyOf, type ImagesFact } from '../cluster/facts';
import { onCluster, type Remote } from '../cluster/on-cluster';
import type { ClusterOptions } from '../cluster/options';
import type { Told } from '../cluster/submission';
import type { Circumstances } from '../runtime/device';
import { UserError } from '../runtime/errors';
import { type BatchOptions, outputFolders, outputsOf, runBatch } from './batch';
import { writeBatchRecord } from './batch-record';
import { type Outcome, exitCodeOf, exitCodes, shortPath, summary } from './outcome';
import type { Display } from './display';
import { LogDisplay } from './log-display';
import { listNotebooks } from './notebook';
import { type PlanEntry, planRuns, readsOthers } from './plan';
import { batchName, remoteExecutor } from './remote';
import { type BatchRequest, readRequest, type RequestDefaults } from './request';
import { runsFolder } from '../runs/run-path';
import { stopOnSignals } from './stop-signals';
import { settle, type Surroundings } from './surroundings';
import { needNoFolder, needNoSource, prepareFolders } from './targets';
import { TerminalDisplay } from './terminal-display';

export interface BatchCommand {
  readonly usage: string;
  readonly defaults?: RequestDefaults;
  readonly circumstances: Circumstances;
  /** Called after a batch, with its output folder. @returns lines to print at the end */
  readonly afterwards?: (outDir: string) => Promise<readonly string[]>;
}

/**
 * Reads the command line, runs the notebooks and prints their progress.
 * @returns the exit code; see `optionsHelp`
 */
export async function batchCommand(args: readonly string[], command: BatchCommand): Promise<number> {
  try {
    const request = readRequest(args, command.defaults);
    if (request !== undefined) return await runRequest(request, command);
    print(command.usage);
    return exitCodes.passed;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    return exitCodes.refused;
  }
}

async function runRequest(request: BatchRequest, command: BatchCommand): Promise<number> {
  print('Checking parameters, TensorFlow and data ...');
  const entries = planRuns(request);
  if (refusalsStop(entries, request.keepGoing)) return exitCodes.refused;
  prepareOutputs(request, entries);
  const { surroundings, environment } = await settle(command.circumstances);
  print(...heading(request, entries, surroundings));

  const display = displayFor(request, entries);
  const stopping = stopOnSignals((stage) => {
    display.stopping(stage);
  });
  const started = new Date().toISOString();
  const begun = performance.now();
  let outcomes: Outcome[];
  try {
    const { interrupt, kill } = stopping;
    const options = { ...request, surroundings, environment, interrupt, kill };
    outcomes = request.cluster
      ? await runElsewhere(entries, { ...options, cluster: request.cluster }, display)
      : await runBatch(entries, options, display);
  } finally {
    stopping.release();
  }
  const seconds = (performance.now() - begun) / 1000;
  print('', ...summary(outcomes, seconds), ...whereToLook(request));
  const code = stopping.exitCode() ?? exitCodeOf(outcomes);
  try {
    const { outDir, profile } = request;
    writeBatchRecord(outputFolders(outDir).notebooks, { started, seconds, profile, surroundings, outcomes });
    print(...((await command.afterwards?.(outDir)) ?? []));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The notebooks did run, so a report that can't be written must not count as "nothing was run".
    console.error(error.message);
    return code === exitCodes.passed ? exitCodes.failed : code;
  }
  return code;
}

/** The same on a cluster: notebooks are executed there, and everything else happens here. */
async function runElsewhere(
  entries: readonly PlanEntry[],
  options: BatchOptions & { readonly cluster: ClusterOptions; readonly shared: string | null },
  display: Display,
): Promise<Outcome[]> {
  const { cluster, shared, surroundings, interrupt } = options;
  const code = codeFacts();
  const images: ImagesFact = { name: surroundings.data.name, digest: surroundings.data.digest };
  const runs = entries.flatMap((entry) => (entry.kind === 'run' && !readsOthers(entry) ? [entry.run] : []));
  const name = batchName(runs, keyOf('code', code), shared);
  print(`Cluster     ${cluster.connection.address}, submission ${name}`, '');
  let connect: (remote: Remote) => void = () => undefined;
  const connected = new Promise<Remote>((resolve) => (connect = resolve));
  const executor = remoteExecutor(connected, { images, target: runsFolder(), shared });
  const say = (sentence: string): void => {
    print(sentence);
  };
  const onTold = (job: string, _worker: string, told: Told): void => {
    executor.onTold(job, told);
  };
  return onCluster({ options: cluster, name, code, images: [images], say, onTold }, (remote) => {
    connect(remote);
    interrupt.addEventListener('abort', () => {
      remote.save();
    });
    return runBatch(entries, { ...options, execute: executor.execute }, display);
  });
}

/** @throws UserError if the outputs can't be written, or would overwrite a notebook */
function prepareOutputs({ outDir, files, html }: BatchRequest, entries: readonly PlanEntry[]): void {
  const outputs = entries.flatMap((entry) => (entry.kind === 'run' ? outputsOf(entry.run, outDir) : []));
  needNoSource(outputs, [...files, ...listNotebooks()]);
  needNoFolder(outputs);
  const { notebooks, pages } = outputFolders(outDir);
  prepareFolders(html ? [notebooks, pages] : [notebooks]);
}

/** Prints what can't be run, if that keeps the batch from starting. @returns whether it does */
function refusalsStop(entries: readonly PlanEntry[], keepGoing: boolean): boolean {
  const reasons = entries.flatMap((entry) => (entry.kind === 'refusal' ? [entry.refusal.reason] : []));
  const others = entries.length - reasons.length;
  if (reasons.length === 0 || (keepGoing && others > 0)) return false;
  console.error(reasons.join('\n'));
  console.error(`Nothing was run.${others > 0 ? ' With --keep-going, the other notebooks are.' : ''}`);
  return true;
}

function heading(
  { profile, jobs }: BatchRequest,
  entries: readonly PlanEntry[],
  surroundings: Surroundings,
): string[] {
  const { node, tensorflow, device, gpus, whyNoGpu, data } = surroundings;
  const where =
    device === 'GPU' ? gpus.join(', ') || 'a GPU' : `the CPU: ${whyNoGpu ?? 'TensorFlow gives no reason'}`;
  const count = `${entries.length} ${entries.length === 1 ? 'run' : 'runs'}`;
  return [
    `Data        ${data.description}`,
    `TensorFlow  ${tensorflow}, in Node ${node}`,
    `Device      ${where}`,
    `Batch       ${count}${jobs > 1 && jobs < entries.length ? `, ${jobs} at a time` : ''}${profile === undefined ? '' : `, profile ${profile}`}`,
    '',
  ];
}

function displayFor({ jobs, cluster }: BatchRequest, entries: readonly PlanEntry[]): Display {
  const names = entries.map((entry) => (entry.kind === 'run' ? entry.run.name : entry.refusal.name));
  const screen = process.stdout;
  // What a cluster has to say comes at any time, between the lines.
  return screen.isTTY && !cluster ? new TerminalDisplay(screen, jobs, names) : new LogDisplay(screen, names);
}

function whereToLook({ outDir, html }: BatchRequest): string[] {
  const { notebooks, pages } = outputFolders(outDir);
  const hasPages = html && fs.existsSync(pages);
  return [
    '',
    `Executed notebooks: ${shortPath(notebooks)}${hasPages ? `   pages to open in a browser: ${shortPath(pages)}` : ''}`,
  ];
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
