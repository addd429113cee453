/** Trains by a record: the same network, recipe and seed. */
import type { Dataset } from '../data/types';
import { networkNamed } from '../models/registry';
import type { History } from '../runs/history';
import type { RunOptions } from '../runs/run-folder';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { graphEngine } from '../train/graph-engine';
import { tfjsEngine } from '../train/tfjs-engine';
import { train, type TrainOptions } from '../train/train';
import type { PublishedRecord } from './record';

/** What decides a training: the part of a record that has to be known beforehand. */
export type Plan = Pick<PublishedRecord, 'network' | 'networkOptions' | 'engine' | 'recipe'>;

/** The untrained network, for these images. */
export function plannedNetwork({ network, networkOptions, recipe }: Plan, dataset: Dataset): tf.LayersModel {
  return networkNamed(network.name).build({
    ...networkOptions,
    inputShape: dataset.imageShape,
    classes: dataset.classNames.length,
    seed: recipe.seed,
  });
}

const engines = [graphEngine, tfjsEngine];

/** Trains the network of `plannedNetwork` in a run; one that is finished is only loaded. */
export function trainAsPlanned(
  model: tf.LayersModel,
  dataset: Dataset,
  { engine: name, recipe }: Plan,
  run: RunOptions,
  more: Pick<TrainOptions, 'callbacks' | 'onNotice'> = {},
): Promise<History> {
  const engine = engines.find((each) => each.name === name);
  if (!engine) {
    const names = engines.map((each) => each.name).join(', ');
    throw new UserError(`It was trained by the engine "${name}"; this version of the project has: ${names}.`);
  }
  return train(model, dataset, { ...recipe, engine, run, ...more });
}
