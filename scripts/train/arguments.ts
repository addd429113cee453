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
  type Validation,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import type { RunOptions } from '../../lib/runs';
import { graphEngine, tfjsEngine, type TrainOptions } from '../../lib/train';
import { overridden, recipeOptions } from './settings';
import { choose, given, names, number } from './values';

export const engines = { graph: graphEngine, tfjs: tfjsEngine };

/** What the accuracies that recipes were published with were measured by, if not by single images. */
const publishedViews: Readonly<Record<string, ViewsName | undefined>> = {
  speedrun: 'mirrorAndShifts',
  'speedrun-muon': 'mirrorAndShifts',
};

export interface Request {
  readonly network: string;
  readonly networkOptions: NetworkOptions;
  readonly data: LoadOptions;
  readonly run: RunOptions;
  readonly options: TrainOptions;
  /** What the network is shown of each test image. */
  readonly views: ViewsName;
  /** Whether the run's folder gets event files for TensorBoard. */
  readonly tensorBoard: boolean;
}

/** The arguments of one run. */
export function readArguments(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  if (positionals.length !== 1) {
    const found = positionals.length === 0 ? 'none' : positionals.join(' and ');
    throw new UserError(`Name one network, not ${found}. Choose one of: ${names(networks)}.`);
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
    tensorBoard: values.tensorboard,
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

/** What one run takes. */
export const runOptions = {
  ...settingOptions,
  recipe: { type: 'string', default: 'seed' },
  seed: { type: 'string' },
  engine: { type: 'string', default: 'graph' },
  data: { type: 'string' },
  name: { type: 'string' },
  resume: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  views: { type: 'string' },
  'save-every': { type: 'string' },
  'weights-text': { type: 'boolean', default: false },
  tensorboard: { type: 'boolean', default: false },
  runs: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What `--set` may vary in a grid. */
export const gridSettings: readonly string[] = ['recipe', 'engine', ...Object.keys(settingOptions)];

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: runOptions, allowPositionals: true });
  } catch (error) {
    throw new UserError((error as Error).message);
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
