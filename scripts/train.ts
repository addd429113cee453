/** `npm run train`: trains one network from a terminal, and keeps it in the folder of a run. */
import { describe, loadDataset } from '../lib/data/load';
import { networkNamed } from '../lib/models';
import { runCommand } from '../lib/runtime/command';
import { jsonWriter } from '../lib/runtime/json-file';
import { interruptOnSignals } from '../lib/runtime/signals';
import { percent } from '../lib/show/format';
import { liveProgress } from '../lib/show/progress';
import { evaluate } from '../lib/evaluate';
import { testFileOf } from '../lib/runs/test-result';
import { train, trainingPetaflops } from '../lib/train';
import { readArguments, usage } from './train/arguments';

async function main(args: readonly string[]): Promise<number | undefined> {
  const request = readArguments(args);
  if (!request) {
    console.log(usage);
    return undefined;
  }
  const { network, networkOptions, data, run, options, views, json } = request;
  const writeJson = jsonWriter(json);
  const dataset = await loadDataset(data);
  console.log(describe(dataset));
  const model = networkNamed(network).build({
    ...networkOptions,
    inputShape: dataset.imageShape,
    classes: dataset.classNames.length,
  });
  const signals = interruptOnSignals();
  try {
    const history = await train(model, dataset, { ...options, run, callbacks: [liveProgress()] });
    if (history.interrupted) {
      writeJson({ history });
      console.log('Run the same command again to continue from here.');
      return signals.exitCode();
    }
    const work = trainingPetaflops(model, history).toPrecision(3);
    console.log(`Trained for ${history.seconds.toFixed(0)} s, with ${work} PFLOP of arithmetic.`);
    const test = await evaluate(model, dataset, { run, views });
    const weights = history.weightsOf === null ? '' : `, weights of epoch ${history.weightsOf}`;
    console.log(
      `Test set${weights}: accuracy ${percent(test.accuracy)}, loss ${test.loss.toFixed(4)}, top 5 ${percent(test.top5)}.`,
    );
    if (test.views) {
      const { name, accuracy, loss } = test.views;
      console.log(`With ${name}: accuracy ${percent(accuracy)}, loss ${loss.toFixed(4)}.`);
    }
    writeJson({ history, test: testFileOf(test) });
    return undefined;
  } finally {
    signals.release();
  }
}

runCommand(main);
