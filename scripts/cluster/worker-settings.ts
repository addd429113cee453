import type { WorkerFacts } from '../../lib/cluster/facts';
import type { Resources } from '../../lib/cluster/options';

/** What a worker's Python is started with, and each of its jobs. */
export interface WorkerSettings {
  readonly name: string;
  readonly address: string;
  /** The folder with the keys; null for a connection without encryption. */
  readonly keys: string | null;
  readonly slots: number;
  readonly resources: Resources;
  /** Where runs are in the making. */
  readonly folder: string;
  readonly host?: string;
  readonly root: string;
  readonly facts: WorkerFacts;
  /** For the key of each of its images, what `loadDataset` takes. */
  readonly sources: Readonly<Record<string, string>>;
  /** The command that does a job, without the file that describes it. */
  readonly node: readonly string[];
}
