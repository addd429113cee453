import type { Dataset } from '../data/types';
import { networks } from '../models/registry';
import { begunEpochs } from '../recipe';
import type { Evaluation } from '../runs/evaluation';
import { asVariant } from '../models/variant';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks } from '../train/callbacks';
import { evaluate } from '../evaluate/evaluate';
import type { History } from '../runs/history';
import { lessonLabel, lessonRun } from './lesson-run';
import { profileFor, type ComparedNetwork, type ProfileName } from './profiles';
import { lessonRecipe } from './recipe';
import { train } from '../train/train';

/** A lesson's trained network and how it does: what `networkResult` takes. */
export interface LessonResult {
  readonly model: tf.LayersModel;
  readonly history: History;
  readonly evaluation: Evaluation;
  /** The network's title, with its width unless that is 1, and what else is different: `LeNet-5, ReLU`. */
  readonly name: string;
}

/**
 * A network as its own lesson trains it in this profile. Its run is loaded if that lesson was run before, and trained
 * otherwise; prints the name and which of the two happened.
 * @param callbacks called during training, not for a run that is only loaded
 * @param seed of the initial weights and all other random numbers; the lessons use 1
 */
export async function lessonResult(
  network: ComparedNetwork,
  profile: ProfileName,
  dataset: Dataset,
  callbacks: readonly TrainCallbacks[] = [],
  seed = 1,
): Promise<LessonResult> {
  const { changes, variant } = profileFor(network, profile);
  const what = [network, ...(variant === undefined ? [] : [variant])].join('-');
  const model = networks[network].build({ seed, ...changes });
  // Titles have its width already.
  if (variant !== undefined) asVariant(model, variant);
  const name = lessonLabel(what, profile);
  const notices: string[] = [];
  let isLoaded = false;
  const announce: TrainCallbacks = {
    onStart: ({ history, recipe }) => {
      isLoaded = history.epochs.length === begunEpochs(recipe);
      // If the run was only loaded, the one notice says just that.
      const shown = isLoaded && notices.length === 1 ? [] : notices;
      const from = seed === 1 ? '' : `, seed ${seed}`;
      console.log([`${name}${from}${isLoaded ? ': trained before, and loaded' : ''}`, ...shown].join('\n'));
    },
  };
  const run = lessonRun(what, profile, dataset, seed);
  const history = await train(model, dataset, {
    ...lessonRecipe(network, profile),
    seed,
    run,
    callbacks: [announce, ...callbacks.map((each) => unless(() => isLoaded, each))],
    onNotice: (message) => notices.push(message),
  });
  return { model, history, evaluation: await evaluate(model, dataset, { run }), name };
}

/** Callbacks that are not called while `silent` is true. */
function unless(silent: () => boolean, callbacks: TrainCallbacks): TrainCallbacks {
  return {
    onStart: (plan) => (silent() ? undefined : callbacks.onStart?.(plan)),
    onBatch: (progress, control) => (silent() ? undefined : callbacks.onBatch?.(progress, control)),
    onEpoch: (...epoch) => (silent() ? undefined : callbacks.onEpoch?.(...epoch)),
    onEnd: (history) => (silent() ? undefined : callbacks.onEnd?.(history)),
  };
}
