/** Notebooks made for a test, the batch command as a process, and the processes that it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Notebook, NotebookCell } from '../../lib/notebooks/notebook';
import { projectRoot } from '../../lib/runtime/paths';

export interface ExecutedCell {
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly data?: unknown;
    readonly text?: readonly string[];
    readonly ename?: string;
  }[];
}

export function code(source: string, ...tags: string[]): NotebookCell {
  return { cell_type: 'code', metadata: { tags }, source };
}

/** A notebook that takes up what runs of others came to. */
export function readingRuns(content: Notebook): Notebook {
  return { ...content, metadata: { ...content.metadata, cifar10: { reads: 'runs' } } };
}

export function notebook(...cells: NotebookCell[]): Notebook {
  const kernelspec = { name: 'tslab-cifar10', display_name: 'TypeScript', language: 'typescript' };
  const written = cells.map((cell, i) => ({ id: `cell-${i}`, ...cell, outputs: [], execution_count: null }));
  return { cells: written, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

/** @returns path of the file */
export function writeNotebook(folder: string, name: string, ...cells: NotebookCell[]): string {
  const file = path.join(folder, `${name}.ipynb`);
  fs.writeFileSync(file, JSON.stringify(notebook(...cells)));
  return file;
}

export function executedCells(output: string): ExecutedCell[] {
  return (JSON.parse(fs.readFileSync(output, 'utf8')) as { cells: ExecutedCell[] }).cells;
}

const COMMANDS = {
  script: [process.execPath, '-r', './lib/runtime/register-ts.js', 'scripts/notebooks.ts'],
  npm: ['npm', 'run', '--silent', 'notebooks', '--'],
} as const;

/** `npm run notebooks`, or what it starts, as a process of this test. */
export class BatchProcess {
  /** What it has printed so far. */
  output = '';
  readonly exited: Promise<number | NodeJS.Signals | null>;
  private readonly mark = `BATCH_TEST=${randomUUID()}`;
  private readonly child: ChildProcess;

  constructor(
    args: readonly string[],
    command: keyof typeof COMMANDS = 'script',
    environment: Readonly<Record<string, string>> = {},
  ) {
    const [name, value] = this.mark.split('=');
    const [program, ...before] = COMMANDS[command];
    this.child = spawn(program, [...before, ...args], {
      cwd: projectRoot,
      env: { ...process.env, DATA_SOURCE: 'sample', ...environment, [name]: value },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.exited = new Promise((resolve) => {
      this.child.once('close', (exitCode, signal) => {
        resolve(exitCode ?? signal);
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until `condition` gives something. @throws Error with what was printed, after three minutes */
  async until<T>(condition: () => T | undefined | false): Promise<T> {
    for (let tries = 0; tries < 3600; tries++) {
      const found = condition();
      if (found !== undefined && found !== false) return found;
      await sleep(50);
    }
    throw new Error(`waited in vain for ${condition.toString()}; it printed:\n${this.output}`);
  }

  /** Command lines of all that it has started and that still runs, whoever its parent is now. Only on Linux. */
  left(): string[] {
    const found: string[] = [];
    for (const pid of fs.readdirSync('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === this.child.pid) continue;
      try {
        const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        if (!environment.includes(this.mark)) continue;
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (command !== '') found.push(`${pid} ${command}`);
      } catch {
        // It has ended meanwhile, or is another user's.
      }
    }
    return found;
  }

  kernels(): string[] {
    return this.left().filter((command) => command.includes('lib/kernel/launch.js'));
  }

  /** Waits until nothing is left. @returns what still runs after `seconds` */
  async leftAfter(seconds: number): Promise<string[]> {
    const deadline = performance.now() + seconds * 1000;
    while (this.left().length > 0 && performance.now() < deadline) await sleep(50);
    return this.left();
  }
}

/** The /proc of Linux, or why a test that needs it is skipped. */
export const skipWithoutProc = fs.existsSync('/proc/self/environ')
  ? false
  : 'this system has no /proc to look for processes in';
