/** The command line of `npm run train`. */
import { parseArgs } from 'node:util';
import type { LoadOptions } from '../../lib/data/load';
import { viewsNames, type ViewsName } from '../../lib/evaluate';
import {
  networkNamed,
  networks,
  type Activation,
  type Initialiser,
  type NetworkOptions,
} from '../../lib/models';
import {
  earlyStopping,
  networkOptionsFor,
  preciseStatistics,
  recipe,
  recipeNames,
  type Validation,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import type { RunOptions } from '../../lib/runs';
import { graphEngine, tfjsEngine, type TrainOptions } from '../../lib/train';
import { overridden, recipeOptions, recipeUsage } from './settings';
import { choose, given, names, number } from './values';

const engines = { graph: graphEngine, tfjs: tfjsEngine };

/** What the accuracies that recipes were published with were measured by, if not by single images. */
const publishedViews: Readonly<Record<string, ViewsName | undefined>> = {
  speedrun: 'mirrorAndShifts',
  'speedrun-muon': 'mirrorAndShifts',
};

export const usage = `Usage: npm run train -- NETWORK [options]

Trains a network (${Object.keys(networks).join(', ')}) in the folder outputs/runs/NAME,
then measures it on the test set. If training was interrupted, the same command continues where it stopped. Ctrl-C stops
after the current step and saves; pressed a second time, it stops at once.

  --recipe NAME         ${recipeNames.join(', ')} (default: seed)
  --epochs N            passes over the training images (default: those of the recipe); with --name, more than a run has
                        had continue it
  --seed N              fixes the initial weights and all other random numbers (default: 1)
  --engine NAME         ${names(engines)} (default: graph)
  --data SOURCE         auto, cifar10, sample or a folder of images (default: DATA_SOURCE if set, otherwise auto)
  --limit N             uses only N training images, the same number of each class
  --test-limit N        uses only N test images, the same number of each class
  --name NAME           name of the run (default: network, recipe, changed settings and seed)
  --resume              continues the run of that name, and fails if there is none
  --fresh               deletes the run of that name and starts again
  --json FILE           also writes the history and the test result to FILE
  --help                prints this

To change one setting of the recipe or the network:
${recipeUsage}
  --activation NAME     activation of the network's layers
  --initialiser NAME    glorot or he: how kernels start; he is for kernels that feed a ReLU (default: glorot)
  --dropout X           dropout rate of the network
  --width X             multiplies the network's channels and units

Validation and storage:
  --validation WHAT     a fraction of the training images such as 0.1, test for the test set, or none (default: 0.1,
                        or what the recipe says)
  --validate-every N    validates every N epochs (default: 1)
  --early-stopping N    stops after N validations without a lower loss
  --precise-statistics N  re-estimates batch normalisation's statistics from N batches before each validation
  --views NAME          versions of each test image, in addition to the image alone, whose outputs are averaged:
                        ${viewsNames.join(', ')} (default: single,
                        or those that the recipe was published with)
  --keep WHICH          which weights to test: those of the last or the best epoch (default: last)
  --save-every SECONDS  saves that often, in addition to after every epoch (default: 120)
  --weights-text        also writes the weights to weights.txt
  --runs FOLDER         the folder that holds the runs (default: outputs/runs)`;

export interface Request {
  readonly network: string;
  readonly networkOptions: NetworkOptions;
  readonly data: LoadOptions;
  readonly run: RunOptions;
  readonly options: TrainOptions;
  /** What the network is shown of each test image. */
  readonly views: ViewsName;
  readonly json: string | undefined;
}

/** @returns undefined if help was asked for */
export function readArguments(args: readonly string[]): Request | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals.length !== 1) {
    const found = positionals.length === 0 ? 'none' : positionals.join(' and ');
    throw new UserError(`Name one network, not ${found}. Choose one of: ${names(networks)}.\n\n${usage}`);
  }
  const [network] = positionals;
  networkNamed(network);
  const seed = number('--seed', values.seed) ?? 1;
  const base = recipe(values.recipe, network);
  if (values.resume && values.fresh) throw new UserError('--resume and --fresh contradict each other.');
  return {
    network,
    networkOptions: {
      ...networkOptionsFor(values.recipe, network),
      seed,
      ...given({
        activation: values.activation as Activation | undefined,
        initialiser: values.initialiser as Initialiser | undefined,
        dropout: number('--dropout', values.dropout),
        width: number('--width', values.width),
      }),
    },
    data: {
      source: values.data,
      trainLimit: number('--limit', values.limit),
      testLimit: number('--test-limit', values['test-limit']),
    },
    run: {
      name: values.name ?? [network, values.recipe, ...nameParts(values), `seed${seed}`].join('-'),
      resume: values.resume ? 'required' : !values.fresh,
      weightsText: values['weights-text'],
      ...given({ saveEvery: number('--save-every', values['save-every']), folder: values.runs }),
    },
    options: {
      ...overridden(base, values),
      ...given({ epochs: number('--epochs', values.epochs) }),
      ...measuring(values),
      seed,
      engine: choose('--engine', values.engine, engines),
    },
    views: choose(
      '--views',
      values.views ?? publishedViews[values.recipe] ?? 'single',
      Object.fromEntries(viewsNames.map((each) => [each, each])),
    ),
    json: values.json,
  };
}

type Values = ReturnType<typeof parse>['values'];

const settingOptions = {
  ...recipeOptions,
  activation: { type: 'string' },
  initialiser: { type: 'string' },
  dropout: { type: 'string' },
  width: { type: 'string' },
  validation: { type: 'string' },
  'validate-every': { type: 'string' },
  'early-stopping': { type: 'string' },
  keep: { type: 'string' },
  'precise-statistics': { type: 'string' },
  epochs: { type: 'string' },
  limit: { type: 'string' },
  'test-limit': { type: 'string' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...settingOptions,
        recipe: { type: 'string', default: 'seed' },
        seed: { type: 'string' },
        engine: { type: 'string', default: 'graph' },
        data: { type: 'string' },
        name: { type: 'string' },
        resume: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        json: { type: 'string' },
        views: { type: 'string' },
        'save-every': { type: 'string' },
        'weights-text': { type: 'boolean', default: false },
        runs: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** How a run differs from others of its network, recipe and seed: `epochs.20`, `augment.standard`. */
function nameParts(values: Values): string[] {
  return Object.keys(settingOptions).flatMap((option) => {
    const value = values[option as keyof typeof settingOptions];
    if (value === undefined) return [];
    // The name is that of a folder.
    return [value === true ? option : `${option}.${String(value).replaceAll(':', '-').replaceAll(',', '+')}`];
  });
}

function measuring(values: Values): TrainOptions {
  const patience = number('--early-stopping', values['early-stopping']);
  const batches = number('--precise-statistics', values['precise-statistics']);
  return given({
    validation: validationOf(values.validation),
    validationFrequency: number('--validate-every', values['validate-every']),
    earlyStopping: patience === undefined ? undefined : earlyStopping({ patience }),
    preciseStatistics: batches === undefined ? undefined : preciseStatistics({ batches }),
    keep:
      values.keep === undefined
        ? undefined
        : choose('--keep', values.keep, { last: 'last', best: 'best' } as const),
  });
}

function validationOf(text: string | undefined): Validation | undefined {
  if (text === undefined || text === 'test' || text === 'none') return text;
  const split = Number(text);
  if (split > 0 && split < 1) return { split };
  throw new UserError(
    `--validation is "${text}", but has to be test, none, or a fraction between 0 and 1 such as 0.1.`,
  );
}
