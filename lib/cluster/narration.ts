/** What happens on a cluster, in sentences for whoever waits for it. */
import { differences, type CodeFacts, type ImagesFact } from './facts';
import type { Resources } from './options';
import type { ClusterWorker, Told } from './submission';

export interface Wanted {
  readonly code: CodeFacts;
  /** Those of all jobs. */
  readonly images: readonly ImagesFact[];
  /** What a job takes. */
  readonly resources: Resources;
}

export class Narration {
  readonly #wanted: Wanted;
  readonly #refused = new Map<string, string>();
  readonly #places = new Map<string, string>();
  #present = new Map<string, ClusterWorker>();
  #hasWaited = false;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Whether there are workers, and none of them may take a job. */
  get nobodyFits(): boolean {
    return this.#present.size > 0 && [...this.#present.keys()].every((address) => this.#refused.has(address));
  }

  /** Where each job is, or was last. */
  get places(): ReadonlyMap<string, string> {
    return this.#places;
  }

  /** Sentences about workers that came or went. */
  workers(workers: readonly ClusterWorker[]): string[] {
    const before = this.#present;
    this.#present = new Map(workers.map((each) => [each.address, each]));
    const came = workers.filter(({ address }) => !before.has(address)).map((each) => this.#greet(each));
    const went = [...before].filter(([address]) => !this.#present.has(address));
    const lines = [
      ...came,
      ...went.map(([address, { name }]) => {
        this.#refused.delete(address);
        return `The worker ${name} is gone.`;
      }),
    ];
    if (workers.length === 0 && !this.#hasWaited) lines.push('No worker is there; the runs wait for one.');
    this.#hasWaited = workers.length === 0;
    return lines;
  }

  /** Sentences about what a worker said of a job. */
  told(job: string, worker: string, told: Told): string[] {
    if (told.event !== 'begins') return [];
    const before = this.#places.get(job);
    this.#places.set(job, worker);
    if (before === undefined)
      return told.resumes ? [`${job} goes on at ${worker}, from its last checkpoint.`] : [];
    const from = told.resumes ? 'goes on from its last checkpoint' : 'begins again';
    const where = told.shared ? ' in the shared folder' : '';
    const again =
      before === worker ? `${worker} was started again` : `${before} is lost, and ${worker} has it now`;
    return [`${job}: ${again}; it ${from}${told.resumes ? where : ''}.`];
  }

  #greet({ address, name, facts, resources }: ClusterWorker): string {
    const { code, images, resources: wanted } = this.#wanted;
    const reasons =
      facts === null ? ['it was not started by npm run worker'] : differences(code, images, facts);
    const lacks = Object.entries(wanted).filter(([resource, amount]) => (resources[resource] ?? 0) < amount);
    const all = [...reasons, ...lacks.map(([resource, amount]) => `it has no ${resource}=${amount}`)];
    if (all.length === 0) return `The worker ${name} is there.`;
    const why = `The worker ${name} gets none of these runs: ${all.join('; ')}.`;
    this.#refused.set(address, why);
    return why;
  }
}
