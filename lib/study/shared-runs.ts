/** Trainings that several studies have in common, such as that of the default setting: done once, and copied. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { exists } from '../data/files';
import type { Dataset } from '../data/types';
import { weightsDigest } from '../models/weights/digest';
import type { tf } from '../runtime/tensorflow';
import { describeNetwork } from '../runs/lasting-names';
import { fingerprint } from '../runs/plain-data';
import { runFiles, type RunFile } from '../runs/run-files';
import { readRunJson, RunFileError, writeRunJson } from '../runs/run-json';
import { runPath } from '../runs/run-path';
import { channelNormalisation } from '../train/channels';
import { graphEngine } from '../train/graph-engine';
import { resolvePrecision } from '../train/precision';
import { recipeFor, type TrainOptions } from '../train/train';

/** The runs that this process has finished, by what was trained in them. */
const finished = new Map<string, string>();

/**
 * What a training's result follows from: the network with its initial weights, the images and the recipe. Equal for
 * options that come to the same, such as `{}` and `{ batchSize: 32 }`.
 */
export function trainingOf(model: tf.LayersModel, dataset: Dataset, options: TrainOptions): string {
  const { engine = graphEngine } = options;
  const silent = (): void => undefined;
  const recipe = recipeFor(model, dataset, options, {
    channels: (given) => channelNormalisation(dataset, given, undefined, silent),
    precision: (wanted) => resolvePrecision(wanted, { model, engine, run: undefined, onNotice: silent }),
  });
  const { architecture } = describeNetwork(model);
  const images = dataset.source.digest;
  return fingerprint({ architecture, weights: weightsDigest(model), images, engine: engine.name, recipe });
}

/** Notes that the run of this name holds the result of a training. */
export function noteFinished(training: string, name: string): void {
  finished.set(runPath(name), training);
}

/**
 * If another run holds the result of this training, makes `name` a copy of it: `train` then only loads it. A run that is
 * there already is left as it is.
 */
export async function copyFinished(training: string, name: string): Promise<void> {
  const target = runPath(name);
  if (exists(path.join(target, runFiles.run))) return;
  for (const [source, held] of finished) {
    if (held !== training || path.dirname(source) !== path.dirname(target)) continue;
    const description = descriptionIn(source);
    if (!description) continue;
    const omitted: readonly string[] = [runFiles.run, runFiles.test, runFiles.lock];
    await fs.cp(source, target, {
      recursive: true,
      filter: (file) => !omitted.includes(path.basename(file)),
    });
    // Last: a folder without it is no run yet.
    await writeRunJson(target, 'run', { ...description, name });
    return;
  }
}

/** @returns undefined if the run was removed or damaged since it finished */
function descriptionIn(folder: string): RunFile | undefined {
  try {
    return readRunJson(folder, 'run');
  } catch (error) {
    if (error instanceof RunFileError) return undefined;
    throw error;
  }
}
