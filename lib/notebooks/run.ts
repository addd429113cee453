/** Runs notebooks headless: Jupyter's own nbclient executes, nbconvert writes the pages. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../runtime/errors';
import { notebooksDir, venvDir } from '../runtime/paths';
import { type Notebook, type ParameterValue, withParameters } from './parameters';

export interface RunOptions {
  /** Folder for the executed notebook; made if need be. */
  readonly outDir: string;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Added to the environment of the kernel. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds that one cell may take; no limit without it. */
  readonly cellTimeout?: number;
  /** Folder that relative imports start from: the notebook's own, unless given. */
  readonly folder?: string;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** Code cell that runs now, from 0. */
  readonly cell: number;
  /** Code cells in all. */
  readonly cells: number;
  /** The last line that the notebook wrote. */
  readonly text: string;
}

export interface Failure {
  readonly kind: 'error' | 'timeout' | 'dead kernel' | 'crash';
  /** Cell in the executed notebook, from 0; -1 if none had begun. */
  readonly index: number;
  readonly message: string;
}

export interface RunResult {
  readonly name: string;
  /** The executed notebook: whole, or as far as it came. */
  readonly output: string;
  readonly seconds: number;
  readonly failure: Failure | undefined;
}

type Event =
  | { event: 'cell'; index: number; count: number }
  | { event: 'text'; line: string }
  | ({ event: 'failed' } & Failure);

/** Paths of the collection's notebooks, in the order of their names. */
export function listNotebooks(folder = notebooksDir): string[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => path.join(folder, name));
}

/**
 * Executes one notebook in a kernel of its own.
 * @param file path of the notebook, which stays as it is
 * @throws UserError if it can't be read, or a parameter is unknown
 */
export async function runNotebook(file: string, options: RunOptions): Promise<RunResult> {
  const name = path.basename(file, '.ipynb');
  const started = performance.now();
  const notebook = withParameters(readNotebook(file), options.parameters ?? {}, name);
  fs.mkdirSync(options.outDir, { recursive: true });
  const output = path.join(options.outDir, `${name}.ipynb`);
  fs.writeFileSync(output, JSON.stringify(notebook));

  const script = path.join(__dirname, 'execute.py');
  const timeout = options.cellTimeout === undefined ? [] : ['--cell-timeout', String(options.cellTimeout)];
  const folder = options.folder ?? path.dirname(file);
  const child = spawn(pythonOf(venvDir), [script, output, output, '--folder', folder, ...timeout], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  let failure: Failure | undefined;
  let progress: Progress = { cell: 0, cells: 0, text: '' };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as Event;
    if (event.event === 'failed') failure = { kind: event.kind, index: event.index, message: event.message };
    else {
      progress =
        event.event === 'cell'
          ? { ...progress, cell: event.index, cells: event.count }
          : { ...progress, text: event.line };
      options.onProgress?.(progress);
    }
  });
  const complaints = lastOf(child.stderr);
  const code = await exitCode(child);
  if (code !== 0)
    failure ??= { kind: 'crash', index: -1, message: complaints() || `ended with ${String(code)}` };
  return { name, output, seconds: (performance.now() - started) / 1000, failure };
}

/**
 * Writes an executed notebook as a page that opens from disk without a network.
 * @returns path of the page
 * @throws UserError with what nbconvert said, if it fails
 */
export async function exportPage(executed: string, outDir: string): Promise<string> {
  const child = spawn(
    path.join(venvDir, 'bin', 'jupyter'),
    ['nbconvert', '--to', 'html', '--log-level', 'WARN', '--output-dir', outDir, executed],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const complaints = lastOf(child.stderr);
  const code = await exitCode(child);
  if (code !== 0) throw new UserError(`nbconvert could not write a page of ${executed}: ${complaints()}`);
  return path.join(outDir, `${path.basename(executed, '.ipynb')}.html`);
}

function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The notebook ${file} can't be read: ${(error as Error).message}.`);
  }
  try {
    return JSON.parse(text) as Notebook;
  } catch (error) {
    throw new UserError(`${file} is no notebook: ${(error as Error).message}.`);
  }
}

function pythonOf(environment: string): string {
  const python = path.join(environment, 'bin', 'python');
  if (!fs.existsSync(python)) throw new UserError('There is no .venv here yet. Run `npm run setup` first.');
  return python;
}

/** Gathers a stream. @returns a function that gives its last lines */
function lastOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  });
  return () => text.trim();
}

function exitCode(child: ReturnType<typeof spawn>): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? signal);
    });
  });
}
