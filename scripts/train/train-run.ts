/** One run of `npm run train`: trains the network, measures it on the test set, and says how it went. */
import type { Dataset } from '../../lib/data/types';
import { evaluate } from '../../lib/evaluate';
import { networkNamed } from '../../lib/models';
import type { Evaluation, History } from '../../lib/runs';
import { percent } from '../../lib/show/format';
import { tensorBoard } from '../../lib/events';
import { train, trainingPetaflops, type TrainCallbacks } from '../../lib/train';
import type { Request } from './arguments';

export interface TrainedRun {
  readonly history: History;
  /** Undefined if training was interrupted. */
  readonly test: Evaluation | undefined;
}

export interface Reporting {
  readonly callbacks: readonly TrainCallbacks[];
  /** Called with whole sentences. */
  readonly say: (text: string) => void;
}

/** @throws UserError as `train` does */
export async function trainRun(
  { network, networkOptions, options, run, views, tensorBoard: writesEvents }: Request,
  dataset: Dataset,
  { callbacks, say }: Reporting,
): Promise<TrainedRun> {
  const model = networkNamed(network).build({
    ...networkOptions,
    inputShape: dataset.imageShape,
    classes: dataset.classNames.length,
  });
  const boards = writesEvents ? [tensorBoard()] : [];
  try {
    const history = await train(model, dataset, {
      ...options,
      run,
      callbacks: [...callbacks, ...boards],
      onNotice: say,
    });
    if (history.interrupted) return { history, test: undefined };
    const work = trainingPetaflops(model, history).toPrecision(3);
    say(`Trained for ${history.seconds.toFixed(0)} s, with ${work} PFLOP of arithmetic.`);
    const test = await evaluate(model, dataset, { run, views, callbacks: boards });
    say(resultText(history, test));
    if (test.views) {
      const { name, accuracy, loss } = test.views;
      say(`With ${name}: accuracy ${percent(accuracy)}, loss ${loss.toFixed(4)}.`);
    }
    return { history, test };
  } finally {
    model.dispose();
  }
}

function resultText({ weightsOf }: History, { accuracy, loss, top5 }: Evaluation): string {
  const weights = weightsOf === null ? '' : `, weights of epoch ${weightsOf}`;
  return `Test set${weights}: accuracy ${percent(accuracy)}, loss ${loss.toFixed(4)}, top 5 ${percent(top5)}.`;
}
