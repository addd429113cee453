/** What `npm run notebooks` and `npm start` do. */
import * as fs from 'node:fs';
import type { Circumstances } from '../runtime/device';
import { UserError } from '../runtime/errors';
import { outputFolders, outputsOf, runBatch } from './batch';
import { writeBatchRecord } from './batch-record';
import { type Outcome, exitCodeOf, exitCodes, shortPath, summary } from './outcome';
import type { Display } from './display';
import { LogDisplay } from './log-display';
import { listNotebooks } from './notebook';
import { type PlanEntry, planRuns } from './plan';
import { type BatchRequest, readRequest, type RequestDefaults } from './request';
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
    outcomes = await runBatch(entries, { ...request, surroundings, environment, interrupt, kill }, display);
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
    `Batch       ${count}${jobs > 1 ? `, ${jobs} at a time` : ''}${profile === undefined ? '' : `, profile ${profile}`}`,
    '',
  ];
}

function displayFor({ jobs }: BatchRequest, entries: readonly PlanEntry[]): Display {
  const names = entries.map((entry) => (entry.kind === 'run' ? entry.run.name : entry.refusal.name));
  const screen = process.stdout;
  return screen.isTTY ? new TerminalDisplay(screen, jobs, names) : new LogDisplay(screen, names);
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
