/** Runs one notebook headless: Jupyter's own nbclient executes it, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { writeWhole } from './files';
import { type Notebook, nameOf, readNotebook, withoutOutputs } from './notebook';
import { type Parameters, withParameters } from './parameters';
import { pythonProgram } from '../runtime/python';
import { exitCode, lastOf } from './processes';
import type { Surroundings } from './surroundings';

/** The kernel that set-up registers. It is used whatever a notebook's metadata say. */
const KERNEL = 'tslab-cifar10';
/** How long the processes of a run may take to exit when everything is to end at once, in ms. */
const LEAVE_MS = 2000;

/** How a run is to be executed. */
export interface ExecuteOptions {
  /** File for the executed notebook, in an existing folder. */
  readonly output: string;
  /** Added to the environment of the kernel. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds that one cell may take, and the whole notebook. Default to no limit. */
  readonly cellTimeout?: number;
  readonly timeout?: number;
  /** Folder in which the kernel starts, and from which relative imports are resolved. */
  readonly folder: string;
  readonly onProgress?: (progress: Progress) => void;
  /** When aborted, the running cell is asked to stop, so that training can save, and the run ends. */
  readonly interrupt?: AbortSignal;
  /** When aborted, everything ends at once. */
  readonly kill?: AbortSignal;
}

export interface Progress {
  /** Index of the running code cell. */
  readonly cell: number;
  /** Number of code cells; 0 while the kernel starts. */
  readonly cells: number;
  /** The last line that the notebook wrote. */
  readonly text: string;
  /** Times of the cells that have ended, in seconds. */
  readonly cellSeconds: readonly number[];
}

export type FailureKind =
  | 'error'
  | 'cell time-out'
  | 'time-out'
  | 'dead kernel'
  | 'interrupted'
  /** The program that executes the notebook failed. */
  | 'crash'
  /** The run's output could not be written. */
  | 'output'
  /** The notebook ran, but its page could not be written. */
  | 'page';

export interface Failure {
  readonly kind: FailureKind;
  /** The failing cell of the executed notebook; missing if none had started. */
  readonly cell?: FailedCell;
  /** Line of the cell, counted from 1, if known. */
  readonly line?: number;
  /** Name and message of the error. */
  readonly message: string;
}

export interface FailedCell {
  /** Index among all cells. */
  readonly index: number;
  /** Its execution count; null if it has none. */
  readonly count: number | null;
  readonly id: string | null;
}

export interface Execution {
  readonly seconds: number;
  readonly cellSeconds: readonly number[];
  readonly failure: Failure | undefined;
  /** Command lines of programs that its cells had left running, detached from the kernel. They were ended. */
  readonly ended: readonly string[];
  /** Of the machine that executed it, if that was another one. */
  readonly there?: Omit<Surroundings, 'data'>;
}

type Event =
  | { event: 'cell'; index: number; count: number }
  | { event: 'text'; line: string }
  | { event: 'done'; seconds: number }
  | { event: 'ended'; commands: string[] }
  | { event: 'failed'; kind: FailureKind; message: string; cell: FailedCell | null; line: number | null };

/**
 * Executes a notebook in its own kernel. The output exists from the start and is rewritten after every cell.
 * @throws UserError if set-up has not been run, OutputError if the output can't be written at the start
 */
export async function execute(notebook: Notebook, options: ExecuteOptions): Promise<Execution> {
  const started = performance.now();
  const { output, folder, cellTimeout, timeout, interrupt, kill } = options;
  const python = pythonProgram('python');
  writeWhole(output, JSON.stringify(withoutOutputs(notebook)));
  const limit = (name: string, value?: number): string[] =>
    value === undefined ? [] : [name, String(value)];
  const child = spawn(
    python,
    [
      // -B: no __pycache__ in lib.
      ...['-B', path.join(__dirname, 'execute.py'), output, output, '--kernel', KERNEL, '--folder', folder],
      ...limit('--cell-timeout', cellTimeout),
      ...limit('--timeout', timeout),
    ],
    // In its own process group: Ctrl-C reaches only the runner, which passes it on.
    {
      stdio: 'pipe',
      // Cells that ask a reader something stay silent (see `quiz`), and links start from the output (see `play`).
      env: {
        ...process.env,
        ...{ NOTEBOOK_UNATTENDED: '1', NOTEBOOK_OUTPUT_DIR: path.resolve(path.dirname(output)) },
        ...options.environment,
      },
      detached: true,
    },
  );
  // Writing to a process that has ended is no error here.
  child.stdin.on('error', () => undefined);
  const ask = (): void => void child.stdin.write('interrupt\n');
  const end = (): void => {
    child.stdin.destroy();
    setTimeout(() => child.kill('SIGKILL'), LEAVE_MS).unref();
  };
  const release = [whenAborted(interrupt, ask), whenAborted(kill, end)];

  let failure: Failure | undefined;
  let ended: readonly string[] = [];
  let progress: Progress = { cell: 0, cells: 0, text: '', cellSeconds: [] };
  const events = createInterface({ input: child.stdout });
  const heard = once(events, 'close');
  events.on('line', (line) => {
    const event = JSON.parse(line) as Event;
    if (event.event === 'failed') failure = failureOf(event);
    else if (event.event === 'ended') ended = event.commands;
    else {
      progress = advance(progress, event);
      options.onProgress?.(progress);
    }
  });
  const complaints = lastOf(child.stderr);
  const code = await exitCode(child, 'exit');
  await heard;
  // A program that a cell started may still hold it open.
  child.stderr.destroy();
  for (const stop of release) stop();
  if (code !== 0) {
    failure ??= kill?.aborted
      ? { kind: 'interrupted', message: 'the batch was ended at once' }
      : {
          kind: 'crash',
          message: complaints() || `the process that runs the cells ended with ${String(code)}`,
        };
  }
  return {
    seconds: (performance.now() - started) / 1000,
    cellSeconds: progress.cellSeconds,
    failure,
    ended,
  };
}

function failureOf({ kind, message, cell, line }: Event & { event: 'failed' }): Failure {
  return { kind, message, ...(cell === null ? {} : { cell }), ...(line === null ? {} : { line }) };
}

function advance(progress: Progress, event: Exclude<Event, { event: 'failed' | 'ended' }>): Progress {
  switch (event.event) {
    case 'cell':
      return { ...progress, cell: event.index, cells: event.count };
    case 'text':
      return { ...progress, text: event.line };
    case 'done':
      return { ...progress, cellSeconds: [...progress.cellSeconds, event.seconds] };
  }
}

export interface RunOptions extends Omit<ExecuteOptions, 'output' | 'folder'> {
  /** Folder for the executed notebook; created if missing. */
  readonly outDir: string;
  readonly parameters?: Parameters;
  /** Folder that relative imports start from. Defaults to the notebook's own. */
  readonly folder?: string;
}

export interface RunResult extends Execution {
  readonly name: string;
  /** The executed notebook, as far as it ran. */
  readonly output: string;
}

/**
 * Executes a notebook file and writes the result under the same name in another folder. The file is not changed.
 * @throws UserError if it can't be read, or a parameter is unknown
 */
export async function runNotebook(file: string, options: RunOptions): Promise<RunResult> {
  const { outDir, parameters = {}, folder = path.dirname(file) } = options;
  const name = nameOf(file);
  const notebook = withParameters(readNotebook(file), parameters, name);
  fs.mkdirSync(outDir, { recursive: true });
  const output = path.join(outDir, `${name}.ipynb`);
  return { name, output, ...(await execute(notebook, { ...options, output, folder })) };
}

/** Calls `listener` once: now, or when the signal is aborted. @returns a function that removes it */
function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  signal?.addEventListener('abort', listener, { once: true });
  return () => {
    signal?.removeEventListener('abort', listener);
  };
}
