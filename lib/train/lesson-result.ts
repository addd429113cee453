import type { Dataset } from '../data/types';
import { networks, titleOf, type NetworkName } from '../models/registry';
import { adam, crossEntropy } from '../recipe';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from './callbacks';
import { evaluate, type Evaluation } from './evaluate';
import type { History } from './history';
import { lessonRun } from './lesson-run';
import { profileFor, type ProfileName } from './profiles';
import { train } from './train';

/** What a lesson comes to: ready for `networkResult`. */
export interface LessonResult {
  readonly model: tf.LayersModel;
  readonly history: History;
  readonly evaluation: Evaluation;
  /** The network's title, with its width where that is not 1. */
  readonly name: string;
}

/**
 * A network as its own lesson has it in this profile: its run is loaded where that lesson was run before, and trained
 * otherwise.
 * @param callbacks told of the training
 */
export async function lessonResult(
  network: NetworkName,
  profile: ProfileName,
  dataset: Dataset,
  callbacks: readonly TrainCallbacks[] = [],
): Promise<LessonResult> {
  const { width, epochs, batchSize } = profileFor(network, profile);
  const model = networks[network].build({ seed: 1, width });
  const history = await train(model, dataset, {
    ...{ epochs, batchSize, loss: crossEntropy(), optimizer: adam(), validation: 'test' },
    run: lessonRun(network, profile, dataset),
    callbacks,
  });
  const name = width === 1 ? titleOf(model) : `${titleOf(model)}, width ${width}`;
  return { model, history, evaluation: await evaluate(model, dataset), name };
}
