/** Jobs on a cluster: a Python program talks to Dask's scheduler, and this class to the program. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../runtime/errors';
import { pythonProgram } from '../runtime/python';
import { daskEnvironment } from './dask';
import type { WorkerFacts } from './facts';
import { needKeys } from './keys';
import type { Connection, Resources } from './options';

/** What a job is, for `scripts/cluster/job.ts` on the worker. */
export type JobContent = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface Job {
  /** Within its submission. */
  readonly name: string;
  readonly content: JobContent;
  readonly resources: Resources;
  /** A file that goes along. */
  readonly before?: string;
}

/** How a job ended. */
export interface JobEnd {
  /**
   * `finished`; `failed`: the work itself came to a bad end; `interrupted`: it was asked to save and stop; `refused`: it
   * could not be done as asked for; `crashed`: its process ended without a word; `lost`: several workers died of it.
   */
  readonly status: 'finished' | 'failed' | 'interrupted' | 'refused' | 'crashed' | 'lost';
  readonly message: string | null;
  /** The worker's name, if one is known. */
  readonly worker: string | null;
  /** What the job brought, as a file; null if nothing. */
  readonly archive: string | null;
  /** What else the job says, by its kind. */
  readonly [more: string]: unknown;
}

/** What a worker says of a job while it works on it. */
export type Told =
  /** It begins; `resumes` if a part of it was done before. */
  | { readonly event: 'begins'; readonly resumes: boolean; readonly shared: boolean }
  | { readonly event: 'says'; readonly text: string }
  | { readonly event: 'progress'; readonly [more: string]: unknown };

export interface ClusterWorker {
  readonly address: string;
  readonly name: string;
  /** Null for a worker that `npm run worker` did not start. */
  readonly facts: WorkerFacts | null;
  readonly resources: Resources;
}

export interface SubmissionHandlers {
  /** The workers that there are, whenever that changes. */
  onWorkers?(workers: readonly ClusterWorker[]): void;
  onTold?(job: string, worker: string, told: Told): void;
}

export interface SubmissionOptions extends SubmissionHandlers {
  readonly connection: Connection;
  /** Its name: under the same one, a later process finds its jobs again. */
  readonly name: string;
  /** Only find jobs that are there, submit none. */
  readonly attach: boolean;
}

interface Waiting {
  readonly resolve: (end: JobEnd | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly onAdded: (known: boolean) => void;
}

type Line =
  | { event: 'workers'; workers: ClusterWorker[] }
  | { event: 'added'; name: string; known: boolean }
  | { event: 'missing'; name: string }
  | { event: 'told'; name: string; worker: string; told: Told }
  | ({ event: 'end'; name: string } & JobEnd)
  | { event: 'lost'; message: string };

/** Jobs of one command on a cluster. What was submitted goes on without this process. */
export class Submission {
  readonly #options: SubmissionOptions;
  readonly #child: ChildProcessWithoutNullStreams;
  /** Where archives arrive; theirs who receive them until they say `received`. */
  readonly #folder: string;
  readonly #waiting = new Map<string, Waiting>();
  #broken: Error | undefined;

  /** @throws UserError if set-up has not been run, or keys are missing */
  constructor(options: SubmissionOptions) {
    this.#options = options;
    const { connection, name } = options;
    needKeys(connection);
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cifar10-results-'));
    const settings = { ...connection, keys: connection.keys ?? null, submission: name, folder: this.#folder };
    this.#child = spawn(
      pythonProgram('python'),
      // -B: no __pycache__ in lib.
      ['-B', path.join(__dirname, 'submit.py'), JSON.stringify(settings)],
      // In its own process group: Ctrl-C reaches only this process.
      { stdio: 'pipe', detached: true, env: daskEnvironment() },
    );
    // Writing to a process that has ended is no error here: its end is.
    this.#child.stdin.on('error', () => undefined);
    let complaints = '';
    this.#child.stderr.on(
      'data',
      (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)),
    );
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => {
      this.#hear(JSON.parse(line) as Line);
    });
    this.#child.on('error', (error) => {
      this.#break(error);
    });
    this.#child.on('close', () => {
      const last = complaints.trim().split('\n').at(-1) ?? '';
      this.#break(new UserError(`The connection to ${connection.address} ended. ${last}`.trim()));
    });
  }

  /**
   * Submits a job, or finds the one of that name again, and waits for its end.
   * @param onAdded called once it is submitted; `known` if it was there before
   * @returns undefined if it was only to be found, and is not there
   * @throws UserError if the connection is lost
   */
  run(job: Job, onAdded: (known: boolean) => void = () => undefined): Promise<JobEnd | undefined> {
    if (this.#broken) return Promise.reject(this.#broken);
    const { before = null, ...content } = job;
    this.#tell({ do: 'add', ...content, before, only: this.#options.attach });
    return new Promise((resolve, reject) => {
      this.#waiting.set(job.name, { resolve, reject, onAdded });
    });
  }

  /** The result of a job is stored here: the scheduler may forget it. Its archive is removed. */
  received(name: string, archive: string | null = null): void {
    if (archive !== null) fs.rmSync(archive, { force: true });
    this.#tell({ do: 'received', name });
  }

  /** Asks all runs to save and stop. */
  save(): void {
    this.#tell({ do: 'save' });
  }

  /** Lets go: what was submitted goes on. */
  async close(): Promise<void> {
    const over = new Promise((resolve) => this.#child.once('close', resolve));
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
    this.#waiting.clear();
    this.#child.stdin.end();
    if (!isOver) await over;
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  #tell(line: object): void {
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  #hear(line: Line): void {
    switch (line.event) {
      case 'workers':
        this.#options.onWorkers?.(line.workers);
        break;
      case 'told':
        this.#options.onTold?.(line.name, line.worker, line.told);
        break;
      case 'added':
        this.#waiting.get(line.name)?.onAdded(line.known);
        break;
      case 'missing':
        this.#end(line.name, undefined);
        break;
      case 'end': {
        this.#end(line.name, line);
        break;
      }
      case 'lost':
        this.#break(new UserError(lostText(this.#options.connection, line.message)));
        break;
    }
  }

  #end(name: string, end: JobEnd | undefined): void {
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    waiting?.resolve(end);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}

function lostText({ address, keys }: Connection, message: string): string {
  const hint = keys === undefined ? '' : `, and hold the keys that are in ${keys} here`;
  return `No connection to ${address} (${message}). Its scheduler has to run (npm run scheduler)${hint}.`;
}
