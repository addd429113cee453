import type { Recipe } from '../recipe';
import { readRunJson, RunFileError } from '../runs/run-json';
import type { RunOptions } from '../runs/run-folder';
import { runPath } from '../runs/run-path';

/** The recipe of the stored run that `run` would continue; null if there is none. */
export function storedRecipe(run: RunOptions | undefined): Recipe | null {
  if (!run || run.resume === false) return null;
  try {
    return readRunJson(runPath(run.name, run.folder), 'run')?.settings.recipe ?? null;
  } catch (error) {
    // What is wrong with the file is said when the folder is opened.
    if (error instanceof RunFileError) return null;
    throw error;
  }
}
