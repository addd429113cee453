/** The network that a run left. */
import * as path from 'node:path';
import { noteTrainedWith } from '../evaluate/trained-with';
import { loadModel } from '../models/weights/files';
import { CheckpointStore } from '../runs/checkpoint-store';
import { readRuns, type RunRecord } from '../runs/read-runs';
import { runsFolder } from '../runs/run-path';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

interface RunNetwork {
  readonly model: tf.LayersModel;
  /** Undefined if the run was not measured on test images, which tells their names. */
  readonly classNames: readonly string[] | undefined;
}

/** @returns undefined if there is no such run */
export async function runNamed(name: string, folder = runsFolder()): Promise<RunRecord | undefined> {
  return (await readRuns({ folder, onNotice: () => undefined })).find((run) => run.name === name);
}

/**
 * The network with the weights that the run kept, of its best epoch or its last, in float32 whatever it computed in.
 * @throws UserError if the run is not finished, or none of its checkpoints is whole
 */
export async function runNetwork(run: RunRecord): Promise<RunNetwork> {
  const { name, status, folder, recipe, evaluation } = run;
  if (status !== 'finished') {
    throw new UserError(`The run "${name}" is ${status}. Only the network of a finished run can be saved.`);
  }
  const store = new CheckpointStore(path.join(folder, 'checkpoints'));
  const checkpoint = await store.load(
    recipe.keep,
    (_files, whole) => whole,
    () => undefined,
  );
  if (checkpoint === undefined) {
    throw new UserError(`The run "${name}" has no whole checkpoint in ${folder}. Train it again.`);
  }
  const model = await loadModel(checkpoint);
  noteTrainedWith(model, recipe);
  return { model, classNames: evaluation?.classNames };
}
