/**
 * What a worker starts for each job: `node … job.ts FILE`. Standard output is for the worker, one JSON object a line;
 * everything else goes to standard error. On standard input, the line "save", or its end, asks to save and stop.
 */
import * as fs from 'node:fs';
import type { JobEnd, Told } from '../../lib/cluster/submission';
import { codeOf, UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import type { WorkerSettings } from './worker-settings';

/** What every job is told. */
export interface JobFile {
  readonly kind: string;
  readonly worker: WorkerSettings;
  /** Where to write what is to be brought back, if anything is. */
  readonly archive: string;
  /** The submission that it is of. */
  readonly submission: string;
  /** A file that came along. */
  readonly before?: string;
}

/** Somebody asked, or the worker is gone. */
export type StopReason = 'asked' | 'alone';

export interface Surroundings {
  readonly tell: (told: Told) => void;
  /** Aborted when it is to save and stop, with a StopReason. */
  readonly stop: AbortSignal;
}

export type End = Pick<JobEnd, 'status'> & { readonly message?: string } & Readonly<Record<string, unknown>>;

/** Does one kind of job. */
export type Doing = (job: never, surroundings: Surroundings) => Promise<End>;

const kinds: Readonly<Record<string, () => Promise<Doing>>> = {
  train: async () => (await import('./train-job')).trainJob,
  plan: async () => (await import('./plan-job')).planJob,
  notebook: async () => (await import('./notebook-job')).notebookJob,
};

function write(line: object): void {
  try {
    fs.writeSync(1, `${JSON.stringify(line)}\n`);
  } catch (error) {
    // The worker is gone. What is being saved is still worth saving.
    if (codeOf(error) !== 'EPIPE') throw error;
  }
}

/** Aborted by the first "save", or by the end of the stream, after which nobody waits for this process. */
function stopOnInput(): AbortSignal {
  const stop = new AbortController();
  const ask = (reason: StopReason): void => {
    stop.abort(reason);
    requestInterrupt();
  };
  process.stdin.on('data', () => {
    ask('asked');
  });
  for (const event of ['end', 'error']) {
    process.stdin.on(event, () => {
      ask('alone');
    });
  }
  return stop.signal;
}

async function main(): Promise<void> {
  // Libraries print for people.
  console.log = console.error;
  const stop = stopOnInput();
  const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')) as JobFile;
  let end: End;
  try {
    if (!(job.kind in kinds)) throw new UserError(`This worker knows no job of the kind "${job.kind}".`);
    const doing = await kinds[job.kind]();
    end = await doing(job as never, {
      tell: (told) => {
        write(told);
      },
      stop,
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    end = { status: 'refused', message: error.message };
  }
  write({ event: 'end', ...end });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
