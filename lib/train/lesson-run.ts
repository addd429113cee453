import * as path from 'node:path';
import type { Dataset } from '../data/types';
import type { ProfileName } from './profiles';
import { runFiles } from './run-files';
import { runPath, runsFolder, type RunOptions } from './run-folder';

export interface LessonRun extends RunOptions {
  /** Where a lesson writes its weights as text. */
  readonly weightsFile: string;
}

/**
 * Where a lesson keeps its training: a run named after what is trained, the profile and the images, so that each
 * combination has a folder of its own and is taken up again where it stopped. With other options, for instance after a
 * reader has changed a number, it is begun anew. The environment's RUNS_DIR names another place than outputs/runs.
 * @param what the network, and for a variant what is different: `alexnet8-augmented`
 */
export function lessonRun(what: string, profile: ProfileName, dataset: Dataset): LessonRun {
  const name = `${what}-${profile}-${dataset.source.digest.slice(0, 8)}`;
  const folder = process.env.RUNS_DIR ?? runsFolder;
  return {
    name,
    folder,
    resume: 'same',
    weightsFile: path.join(runPath(name, folder), runFiles.weightsText),
  };
}
