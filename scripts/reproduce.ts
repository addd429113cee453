/** `npm run reproduce`: trains a published result anew, and compares. The work is done in lib/published. */
import { parseArgs } from 'node:util';
import { describe, loadDataset } from '../lib/data/load';
import { publishedRecords } from '../lib/published';
import { sentenceOn } from '../lib/published/describe';
import { comparison, reproduce, reproducingRun, targetOf } from '../lib/published/reproduce';
import { undisturbedSeconds } from '../lib/published/undisturbed';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { interruptOnSignals } from '../lib/runtime/signals';
import { duration } from '../lib/show/format';
import { liveProgress } from '../lib/show/progress';

const usage = `Usage: npm run reproduce -- NETWORK [options]

Trains a published result anew, by the settings in its record, in the run outputs/runs/reproduce-NETWORK-RECIPE-seedN,
and compares the accuracy on the test set. If training was interrupted, the same command continues where it stopped.

  --recipe NAME  which of the network's recipes (default: that of its published weights)
  --seed N       the seed (default: the first one that is published); any number trains another one
  --data SOURCE  the images: auto, cifar10, sample or a folder (default: DATA_SOURCE if set, otherwise auto)
  --runs FOLDER  the folder that holds the runs (default: outputs/runs)
  --help         prints this`;

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    ...{ recipe: text, seed: text, data: text, runs: text },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(seed)) return seed;
  throw new UserError(`--seed is "${text}", but has to be a whole number.`);
}

async function main(args: readonly string[]): Promise<number | undefined> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  if (positionals.length !== 1) throw new UserError(`Name one network.\n\n${usage}`);
  const wanted = { network: positionals[0], recipeName: values.recipe, seed: seedOf(values.seed) };
  const target = targetOf(publishedRecords(), wanted);
  const { record } = target;
  console.log(
    `${sentenceOn(record)}\nUndisturbed, that takes ${duration(undisturbedSeconds(record))} on ${deviceOf(target)}.`,
  );
  const dataset = await loadDataset({ source: values.data });
  console.log(describe(dataset));
  const signals = interruptOnSignals();
  try {
    const { evaluation } = await reproduce(target, dataset, {
      runs: values.runs,
      callbacks: [liveProgress()],
    });
    if (!evaluation) {
      console.log('Run the same command again to continue from here.');
      return signals.exitCode();
    }
    console.log(comparison(target, dataset, evaluation).join('\n'));
    console.log(`\`npm run results\` lists it as ${reproducingRun(target)}.`);
    return undefined;
  } finally {
    signals.release();
  }
}

function deviceOf({ record: { sessions } }: ReturnType<typeof targetOf>): string {
  return sessions.at(-1)?.versions.device ?? 'an unknown device';
}

runCommand(main);
