import type { Dataset } from '../data/types';
import { networks, type NetworkName } from '../models/registry';
import { adam, crossEntropy } from '../recipe';
import type { Evaluation } from '../runs/evaluation';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from '../train/callbacks';
import { evaluate } from '../evaluate/evaluate';
import type { History } from '../runs/history';
import { lessonLabel, lessonRun } from './lesson-run';
import { profileFor, type ProfileName } from './profiles';
import { train } from '../train/train';

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
 * otherwise. Prints the name, and which of the two it was.
 * @param callbacks told of the training, if there is one
 * @param seed of the initial weights and all else that is drawn; that of the lessons is 1
 */
export async function lessonResult(
  network: NetworkName,
  profile: ProfileName,
  dataset: Dataset,
  callbacks: readonly TrainCallbacks[] = [],
  seed = 1,
): Promise<LessonResult> {
  const { width, epochs, batchSize } = profileFor(network, profile);
  const model = networks[network].build({ seed, width });
  const name = lessonLabel(network, profile);
  const notices: string[] = [];
  let isLoaded = false;
  const announce: TrainCallbacks = {
    onStart: ({ history, recipe }) => {
      isLoaded = history.epochs.length === recipe.epochs;
      // Of a run that was merely loaded, the one notice says just that.
      const told = isLoaded && notices.length === 1 ? [] : notices;
      const from = seed === 1 ? '' : `, seed ${seed}`;
      console.log([`${name}${from}${isLoaded ? ': trained before, and loaded' : ''}`, ...told].join('\n'));
    },
  };
  const run = lessonRun(network, profile, dataset, seed);
  const history = await train(model, dataset, {
    ...{ epochs, batchSize, loss: crossEntropy(), optimizer: adam() },
    ...{ validation: { split: 0.1 }, keep: 'best', seed },
    run,
    callbacks: [announce, ...callbacks.map((each) => unless(() => isLoaded, each))],
    onNotice: (message) => notices.push(message),
  });
  return { model, history, evaluation: await evaluate(model, dataset, { run }), name };
}

/** Callbacks that are told nothing as long as `silent`. */
function unless(silent: () => boolean, callbacks: TrainCallbacks): TrainCallbacks {
  return {
    onStart: (plan) => (silent() ? undefined : callbacks.onStart?.(plan)),
    onBatch: (progress) => (silent() ? undefined : callbacks.onBatch?.(progress)),
    onEpoch: (row, history) => (silent() ? undefined : callbacks.onEpoch?.(row, history)),
    onEnd: (history) => (silent() ? undefined : callbacks.onEnd?.(history)),
  };
}
