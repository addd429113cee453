/** A command's jobs on a cluster, with what a person is told and can do meanwhile. */
import { onInterrupt } from '../runtime/interrupt';
import { UserError } from '../runtime/errors';
import { keyOf, type CodeFacts, type ImagesFact } from './facts';
import { Narration } from './narration';
import type { ClusterOptions } from './options';
import { Submission, type JobContent, type JobEnd, type Told } from './submission';

export interface ClusterCommand {
  readonly options: ClusterOptions;
  /** The submission's name. */
  readonly name: string;
  readonly code: CodeFacts;
  /** Those that any of the jobs may need. */
  readonly images: readonly ImagesFact[];
  readonly say: (sentence: string) => void;
  readonly onTold?: (job: string, worker: string, told: Told) => void;
}

export interface RemoteJob {
  readonly name: string;
  readonly content: JobContent;
  readonly images: ImagesFact;
  /** A file that goes along. */
  readonly before?: string;
}

export interface Remote {
  /**
   * Submits a job and waits for it.
   * @param receive stores the result; the cluster forgets it afterwards
   * @returns undefined if it was only to be found again, and is not there; or if this command leaves without waiting
   */
  run(job: RemoteJob, receive: (end: JobEnd) => Promise<void>): Promise<JobEnd | undefined>;
  /** Says that a job's result is here already. */
  forget(name: string): void;
  /** Asks all jobs to save and stop, as the first interrupt does. */
  save(): void;
}

/**
 * Connects, lets `use` run jobs, and lets go. The first interrupt asks all jobs to save and stop.
 * @throws UserError if there is no connection, or there are workers and none of them may take these jobs
 */
export async function onCluster<T>(command: ClusterCommand, use: (remote: Remote) => Promise<T>): Promise<T> {
  const { options, name, code, images, say } = command;
  const narration = new Narration({ code, images, resources: options.resources });
  let refuse: (error: Error) => void = () => undefined;
  const refused = new Promise<never>((_, reject) => (refuse = reject));
  const submission = new Submission({
    ...{ connection: options.connection, name, attach: options.attach },
    onWorkers: (workers) => {
      for (const line of narration.workers(workers)) say(line);
      if (narration.nobodyFits) refuse(new UserError('No worker may take these runs; nothing was run.'));
    },
    onTold: (job, worker, told) => {
      for (const line of narration.told(job, worker, told)) say(line);
      command.onTold?.(job, worker, told);
    },
  });
  const codeKey = keyOf('code', code);
  const remote: Remote = {
    async run({ images: fact, ...job }, receive) {
      const keys = { [codeKey]: 1, [keyOf('images', fact)]: 1 };
      const submitted = { ...job, resources: { ...options.resources, ...keys } };
      const end = await new Promise<JobEnd | undefined>((resolve, reject) => {
        submission
          .run(submitted, () => {
            if (options.detach) resolve(undefined);
          })
          .then(resolve, reject);
      });
      if (!end) return undefined;
      await receive(end);
      submission.received(job.name, end.archive);
      return end;
    },
    forget: (job) => {
      submission.received(job);
    },
    save: () => {
      submission.save();
    },
  };
  const forget = onInterrupt(() => {
    say(
      'Asking the runs to save and stop. Pressed a second time, this command leaves, and they do it by themselves.',
    );
    submission.save();
  });
  try {
    return await Promise.race([use(remote), refused]);
  } finally {
    forget();
    await submission.close();
  }
}
