/** Names for the images of runs, where the same name stands for several sets of images. */
import type { RunRecord } from './read-runs';

/**
 * The runs, with the images told apart where as many of them have the same name, but are not the same: a new edition of
 * the built-in sample, another part of a dataset. Those of the newest run keep their name, the others get their digest
 * as well.
 * @param runs oldest first
 */
export function withDatasetNames(runs: readonly RunRecord[]): RunRecord[] {
  const newest = new Map(runs.map((run) => [shownAs(run), run.dataset.digest]));
  return runs.map((run) => {
    const { dataset, history, evaluation } = run;
    if (newest.get(shownAs(run)) === dataset.digest) return run;
    const name = `${dataset.name} (digest ${dataset.digest.slice(0, 8)})`;
    return {
      ...run,
      dataset: { ...dataset, name },
      history: history && { ...history, dataset: name },
      evaluation: evaluation && { ...evaluation, dataset: name },
    };
  });
}

/** What a reader sees of a set of images. */
function shownAs({ dataset: { name, trainImages, testImages } }: RunRecord): string {
  return JSON.stringify([name, trainImages, testImages]);
}
