/** Trains runs here, one after the other. */
import { describe, loadDataset } from '../../lib/data/load';
import type { Dataset } from '../../lib/data/types';
import type { History, TestFile } from '../../lib/runs';
import { testFileOf } from '../../lib/runs/test-result';
import { liveProgress } from '../../lib/show/progress';
import { DivergedError } from '../../lib/train/diverged';
import type { AskedRun } from './command-line';
import { trainRun } from './train-run';

/** How a run ended, as `--json` writes it. */
export interface RunEnd {
  readonly name: string;
  /** Missing if training failed. */
  readonly history?: History;
  /** Missing if it was interrupted or failed. */
  readonly test?: TestFile;
  /** Why training failed. */
  readonly failure?: string;
}

/**
 * Trains until all are done, or one is interrupted. A loss that is no longer finite ends that run, and the next one begins.
 * @returns how the runs that were begun ended
 * @throws UserError as `train` does, but not for such a loss if there are several runs
 */
export async function trainInTurn(runs: readonly AskedRun[]): Promise<readonly RunEnd[]> {
  const ends: RunEnd[] = [];
  const load = datasets();
  for (const [i, { request }] of runs.entries()) {
    const { name } = request.run;
    const dataset = await load(request.data);
    if (runs.length > 1) console.log(`\nRun ${i + 1} of ${runs.length}: ${name}`);
    try {
      const { history, test } = await trainRun(request, dataset, {
        callbacks: [liveProgress()],
        say: console.log,
      });
      ends.push({ name, history, ...(test && { test: testFileOf(test) }) });
      if (history.interrupted) break;
    } catch (error) {
      if (!(error instanceof DivergedError) || runs.length === 1) throw error;
      console.log(error.message);
      ends.push({ name, failure: error.message });
    }
  }
  return ends;
}

/** Loads datasets, each once as long as one run after the other uses it. */
function datasets(): (options: AskedRun['request']['data']) => Promise<Dataset> {
  let held: { readonly key: string; readonly dataset: Dataset } | undefined;
  return async (options) => {
    const key = JSON.stringify(options);
    if (held?.key !== key) {
      held = { key, dataset: await loadDataset(options) };
      console.log(describe(held.dataset));
    }
    return held.dataset;
  };
}
