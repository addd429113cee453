/** Where runs and notebooks were computed, and on which images. */
import type { RunRecord as NotebookRecord } from '../notebooks/record';
import type { DataSurroundings } from '../notebooks/surroundings';
import type { RunRecord } from '../runs/read-runs';
import type { RunSettings } from '../runs/run-files';
import type { Versions } from '../runtime/versions';

/** A place where something ran, with how much of it. */
export interface Place extends Versions {
  readonly runs: number;
  /** When the first and the last of its sessions began, in ISO 8601. */
  readonly from: string;
  readonly to: string;
}

/** Where the sessions of runs ran, the newest first. */
export function placesOf(runs: readonly RunRecord[]): Place[] {
  const places = new Map<string, { versions: Versions; names: Set<string>; times: string[] }>();
  for (const { name, sessions } of runs) {
    for (const { versions, started } of sessions) {
      const { commit, node, tensorflow, tfjs, device } = versions;
      const key = JSON.stringify([commit, node, tensorflow, tfjs, device]);
      const place = places.get(key) ?? { versions, names: new Set(), times: [] };
      place.names.add(name);
      place.times.push(started);
      places.set(key, place);
    }
  }
  return [...places.values()]
    .map(({ versions, names, times }): Place => {
      const sorted = times.sort();
      return { ...versions, runs: names.size, from: sorted[0], to: sorted[sorted.length - 1] };
    })
    .sort((a, b) => (a.to < b.to ? 1 : -1));
}

/** A source of images as notebooks found it. */
export interface FoundData extends DataSurroundings {
  readonly notebooks: number;
}

/** Which images notebooks found, those of most notebooks first. */
export function foundData(records: readonly NotebookRecord[]): FoundData[] {
  const found = new Map<string, FoundData>();
  for (const { surroundings } of records) {
    const { data } = surroundings;
    found.set(data.digest, { ...data, notebooks: (found.get(data.digest)?.notebooks ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.notebooks - a.notebooks);
}

/** Where notebooks ran. */
export interface NotebookPlace {
  readonly node: string;
  readonly tensorflow: string;
  /** Names of the cards, or the CPU with why it is none. */
  readonly device: string;
  readonly notebooks: number;
}

export function notebookPlaces(records: readonly NotebookRecord[]): NotebookPlace[] {
  const places = new Map<string, NotebookPlace>();
  for (const { surroundings } of records) {
    const { node, tensorflow, device: kind, gpus, whyNoGpu } = surroundings;
    const why = whyNoGpu === undefined ? '' : `: ${whyNoGpu}`;
    const device = kind === 'GPU' ? gpus.join(', ') || 'GPU' : `CPU${why}`;
    const key = JSON.stringify([node, tensorflow, device]);
    places.set(key, { node, tensorflow, device, notebooks: (places.get(key)?.notebooks ?? 0) + 1 });
  }
  return [...places.values()].sort((a, b) => b.notebooks - a.notebooks);
}

/** The sets of images that runs were trained on, each once. */
export function trainedOn(runs: readonly RunRecord[]): RunSettings['dataset'][] {
  return [...new Map(runs.map(({ dataset }) => [JSON.stringify(dataset), dataset])).values()];
}
