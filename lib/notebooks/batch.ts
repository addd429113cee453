/** Runs the notebooks of a plan, some at a time, each with its lock, its record, and its page. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { acquireLock } from '../runtime/process-lock';
import type { Display } from './display';
import { hashFile, removeTemporaries } from './files';
import { type Fingerprint, fingerprintOf } from './fingerprint';
import { nameOf } from './notebook';
import type { Outcome } from './outcome';
import { exportPage } from './page';
import { OutputError } from './output-error';
import { type PlanEntry, type PlannedRun, readsOthers } from './plan';
import { findingOf } from './finding';
import { lockFile, readRecord, recordFile, type RunRecord, whyRun, writeRecord } from './record';
import { executeHere, type Executor } from './remote';
import type { Execution } from './run';
import type { Surroundings } from './surroundings';

export interface BatchOptions {
  /** Executed notebooks go to its subfolder `notebooks`, pages to `pages`. */
  readonly outDir: string;
  readonly surroundings: Surroundings;
  /** Added to the environment of the kernels. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly cellTimeout?: number;
  readonly timeout?: number;
  /** Stop at the first notebook that does not pass. */
  readonly failFast: boolean;
  /** How many notebooks run at a time. */
  readonly jobs: number;
  /** Write each notebook as a page too. */
  readonly html: boolean;
  /** Skip notebooks that haven't changed since they passed. */
  readonly resume: boolean;
  /** Executes a notebook. Defaults to here. */
  readonly execute?: Executor;
  /** When aborted, running notebooks are asked to stop, and no others start. */
  readonly interrupt: AbortSignal;
  /** When aborted, everything ends at once. */
  readonly kill: AbortSignal;
}

/** The folders a batch writes to. */
export function outputFolders(outDir: string): { readonly notebooks: string; readonly pages: string } {
  return { notebooks: path.join(outDir, 'notebooks'), pages: path.join(outDir, 'pages') };
}

/** The files that a run writes. */
export function outputsOf({ name }: Pick<PlannedRun, 'name'>, outDir: string): string[] {
  const { notebooks, pages } = outputFolders(outDir);
  const output = path.join(notebooks, `${name}.ipynb`);
  return [output, recordFile(output), path.join(pages, `${name}.html`)];
}

/** @returns how each ended, in the order of the plan */
export async function runBatch(
  entries: readonly PlanEntry[],
  options: BatchOptions,
  display: Display,
): Promise<Outcome[]> {
  const batch = new Batch(entries, options, display);
  return batch.run();
}

/** An entry with its place in the plan. */
interface Turn {
  readonly entry: PlanEntry;
  readonly index: number;
}

class Batch {
  private readonly outcomes: Outcome[];
  private readonly stopping = new AbortController();
  private readonly folders: ReturnType<typeof outputFolders>;

  constructor(
    private readonly entries: readonly PlanEntry[],
    private readonly options: BatchOptions,
    private readonly display: Display,
  ) {
    this.outcomes = entries.map((entry) => ({ status: 'not run', name: nameOfEntry(entry) }));
    this.folders = outputFolders(options.outDir);
  }

  async run(): Promise<Outcome[]> {
    const { interrupt } = this.options;
    const stop = (): void => {
      this.stopping.abort();
    };
    const stopAndThrow = (error: unknown): never => {
      stop();
      throw error;
    };
    if (interrupt.aborted) stop();
    interrupt.addEventListener('abort', stop);
    this.display.plan(
      this.entries.map((entry) =>
        entry.kind === 'run' ? (readRecord(this.outputOf(entry.run))?.cellSeconds ?? []) : [],
      ),
    );
    try {
      const turns = this.entries.map((entry, index) => ({ entry, index }));
      const last = turns.filter(({ entry }) => readsOthers(entry));
      for (const some of [turns.filter((turn) => !last.includes(turn)), last]) {
        // Each worker takes the next run as soon as it is free.
        const rest = some.values();
        const workers = Array.from({ length: this.options.jobs }, () => this.work(rest));
        // An error in one worker lets the others finish their run, and is thrown when they have.
        const ends = await Promise.allSettled(workers.map((worker) => worker.catch(stopAndThrow)));
        const broken = ends.find((end) => end.status === 'rejected');
        if (broken !== undefined) throw (broken as PromiseRejectedResult).reason;
      }
    } finally {
      interrupt.removeEventListener('abort', stop);
      this.display.close();
    }
    return this.outcomes;
  }

  private async work(turns: Iterable<Turn>): Promise<void> {
    for (const { entry, index } of turns) {
      if (this.stopping.signal.aborted) return;
      const outcome: Outcome =
        entry.kind === 'run'
          ? await this.runOne(index, entry.run)
          : { status: 'refused', name: entry.refusal.name, reason: entry.refusal.reason };
      this.outcomes[index] = outcome;
      this.display.end(index, outcome);
      const isBad = outcome.status === 'failed' || outcome.status === 'refused';
      if (isBad && this.options.failFast) this.stopping.abort();
    }
  }

  /** One run. If its outputs can't be written, the run fails and not the batch: others may still fit on the disk. */
  private async runOne(index: number, run: PlannedRun): Promise<Outcome> {
    const begun = performance.now();
    this.display.begin(index, run.name);
    try {
      return await this.runAlone(index, run);
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      const seconds = (performance.now() - begun) / 1000;
      const failure = { kind: 'output', message: error.message } as const;
      return { status: 'failed', name: run.name, output: this.outputOf(run), seconds, failure };
    }
  }

  /** One run, with its output locked. */
  private async runAlone(index: number, run: PlannedRun): Promise<Outcome> {
    const { signal } = this.stopping;
    let lock: { release(): void };
    try {
      lock = await acquireLock(lockFile(this.outputOf(run)), {
        onWait: (pid) => {
          this.display.say(index, `waits for another batch that writes it (process ${pid})`);
        },
        signal,
      });
    } catch (error) {
      if (signal.aborted) return { status: 'not run', name: run.name };
      throw OutputError.from(error, this.outputOf(run));
    }
    try {
      return await this.runLocked(index, run);
    } finally {
      lock.release();
    }
  }

  private async runLocked(index: number, run: PlannedRun): Promise<Outcome> {
    const { surroundings, resume } = this.options;
    const { name } = run;
    const output = this.outputOf(run);
    const before = readRecord(output);
    const fingerprint = fingerprintOf(run, surroundings);
    this.tidy(run);
    const reason = resume ? whyRun(output, fingerprint, before) : 'it was asked for';
    if (reason === undefined) return this.finishUnchanged(index, run, output);
    this.display.say(index, resume && before !== undefined ? `starts again, since ${reason}` : 'starts');
    this.removePage(run);
    const begun = startOf(run, surroundings, fingerprint);
    // Until this run is over, its record says so. Only the times of the last run are worth keeping.
    writeRecord(output, { ...begun, status: 'running', seconds: 0, cellSeconds: before?.cellSeconds ?? [] });
    const execution = await this.execute(index, run, output);
    const pageFailure = this.stopping.signal.aborted ? undefined : await this.writePage(index, output);
    const failure = execution.failure ?? pageFailure;
    const { seconds, ended } = execution;
    const passed = failure === undefined;
    const finding = passed ? findingOf(output) : undefined;
    writeRecord(output, {
      ...begun,
      surroundings: { ...surroundings, ...execution.there },
      status: passed ? 'passed' : 'failed',
      ...(passed ? {} : { failure }),
      seconds,
      cellSeconds: passed ? execution.cellSeconds : (before?.cellSeconds ?? []),
      ...(finding !== undefined && { finding }),
      outputDigest: hashFile(output),
    });
    if (passed) return { status: 'passed', name, output, seconds, ended };
    return { status: 'failed', name, output, seconds, failure, ended };
  }

  /** Removes what killed batches left half written. */
  private tidy(run: PlannedRun): void {
    const output = this.outputOf(run);
    try {
      for (const file of outputsOf(run, this.options.outDir)) removeTemporaries(file);
    } catch (error) {
      throw OutputError.from(error, output);
    }
  }

  private removePage(run: PlannedRun): void {
    const page = this.pageOf(run);
    try {
      fs.rmSync(page, { force: true });
    } catch (error) {
      throw OutputError.from(error, page);
    }
  }

  private execute(index: number, run: PlannedRun, output: string): Promise<Execution> {
    const { environment, cellTimeout, timeout, kill } = this.options;
    const { execute = executeHere } = this.options;
    return execute(run, {
      ...{ output, environment, cellTimeout, timeout, kill },
      folder: path.dirname(run.file),
      interrupt: this.stopping.signal,
      onProgress: (progress) => {
        this.display.progress(index, progress);
      },
    });
  }

  private async finishUnchanged(index: number, run: PlannedRun, output: string): Promise<Outcome> {
    const { name } = run;
    const failure = fs.existsSync(this.pageOf(run)) ? undefined : await this.writePage(index, output);
    if (failure !== undefined) return { status: 'failed', name, output, seconds: 0, failure };
    return { status: 'unchanged', name, output };
  }

  private async writePage(index: number, output: string): Promise<Execution['failure']> {
    if (!this.options.html) return undefined;
    this.display.say(index, 'writing its page');
    try {
      await exportPage(output, this.folders.pages, this.options.kill);
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return { kind: 'page', message: error.message };
      throw error;
    }
  }

  private outputOf(run: PlannedRun): string {
    return path.join(this.folders.notebooks, `${run.name}.ipynb`);
  }

  private pageOf(run: PlannedRun): string {
    return path.join(this.folders.pages, `${run.name}.html`);
  }
}

function startOf(
  run: PlannedRun,
  surroundings: Surroundings,
  fingerprint: Fingerprint,
): Pick<RunRecord, 'name' | 'notebook' | 'parameters' | 'started' | 'fingerprint' | 'surroundings'> {
  const { name, parameters, file } = run;
  const notebook = `${nameOf(file)}.ipynb`;
  return { name, notebook, parameters, started: new Date().toISOString(), fingerprint, surroundings };
}

function nameOfEntry(entry: PlanEntry): string {
  return entry.kind === 'run' ? entry.run.name : entry.refusal.name;
}
