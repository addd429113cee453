/** Where runs and notebooks ran, and on which images. */
import type { RunRecord as NotebookRecord } from '../notebooks/record';
import type { DataSurroundings } from '../notebooks/surroundings';
import type { RunRecord } from '../runs/read-runs';
import type { RunSettings } from '../runs/run-files';
import type { Versions } from '../runtime/versions';

/** A device with its versions, and how many runs ran there. */
export interface Place extends Versions {
  readonly runs: number;
  /** When the first and the last session there began, in ISO 8601. */
  readonly from: string;
  readonly to: string;
}

/** Where runs ran, most recent first. */
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

/** A source of images that notebooks used. */
export interface FoundData extends DataSurroundings {
  readonly notebooks: number;
}

/** The images that notebooks used, those of most notebooks first. */
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
  /** Names of the GPUs, or `CPU` and why no GPU was used. */
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

/** The sets of images that runs were trained on, without duplicates. */
export function trainedOn(runs: readonly RunRecord[]): RunSettings['dataset'][] {
  return [...new Map(runs.map(({ dataset }) => [JSON.stringify(dataset), dataset])).values()];
}
