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
  adadelta,
  adagrad,
  adam,
  adamW,
  constant,
  cosine,
  cosineRestarts,
  earlyStopping,
  linear,
  lion,
  muon,
  noAugmentation,
  oneCycle,
  preciseStatistics,
  recipe,
  recipeNames,
  reduceOnPlateau,
  rmsprop,
  sgd,
  standardAugmentation,
  stepDecay,
  warmUp,
  type Augmentation,
  type NamedRecipe,
  type Optimizer,
  type ResizingStage,
  type Schedule,
  type Validation,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import type { RunOptions } from '../../lib/runs';
import { graphEngine, tfjsEngine, type TrainOptions } from '../../lib/train';

const engines = { graph: graphEngine, tfjs: tfjsEngine };

const optimizers = {
  sgd: () => sgd(),
  momentum: () => sgd({ momentum: 0.9, nesterov: true }),
  adagrad: () => adagrad(),
  adadelta: () => adadelta(),
  rmsprop: () => rmsprop(),
  adam: () => adam(),
  adamw: () => adamW(),
  amsgrad: () => adam({ amsgrad: true }),
  lion: () => lion(),
  muon: () => muon(),
};

const schedules = {
  constant: () => constant(),
  step: () => stepDecay(),
  cosine: () => cosine(),
  'cosine-restarts': () => cosineRestarts(),
  'one-cycle': () => oneCycle(),
  linear: () => linear(),
  plateau: () => reduceOnPlateau(),
};

const augmentations: Readonly<Record<string, Augmentation>> = {
  none: noAugmentation,
  flip: { ...noAugmentation, flip: true },
  standard: standardAugmentation,
  cutout: { ...standardAugmentation, cutout: 8 },
  mixup: { ...standardAugmentation, mixup: 0.2 },
  cutmix: { ...standardAugmentation, cutmix: 1 },
};

/** What the accuracies that recipes were published with were measured by, if not by single images. */
const publishedViews: Readonly<Record<string, ViewsName | undefined>> = {
  speedrun: 'mirrorAndShifts',
  'speedrun-muon': 'mirrorAndShifts',
};

const precisions = { float32: 'float32', mixed_bfloat16: 'mixed_bfloat16', auto: 'auto' } as const;

const names = (choices: object): string => Object.keys(choices).join(', ');

export const usage = `Usage: npm run train -- NETWORK [options]

Trains a network (${Object.keys(networks).join(', ')}) in the folder outputs/runs/NAME,
then measures it on the test set. If training was interrupted, the same command continues where it stopped. Ctrl-C stops
after the current step and saves; pressed a second time, it stops at once.

  --recipe NAME         ${recipeNames.join(' or ')} (default: seed)
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
  --batch-size N        images in a step
  --optimizer NAME      ${names(optimizers)}
  --learning-rate X     learning rate of the optimizer
  --weight-decay X      decoupled weight decay, for kernels only
  --clip-norm X         scales gradients down to this global norm
  --clip-weight-norm X  scales the gradient of each weight down to this norm
  --clip-value X        limits each number of a gradient to ±X
  --accumulate N        updates weights once in N steps, with the mean of their gradients
  --ema DECAY           averages weights with this decay, for validation and for the network in the end
  --schedule NAME       schedule of the learning rate: ${names(schedules)}
  --warm-up EPOCHS      linear warm-up before the schedule
  --augment NAME        ${names(augmentations)}
  --resize STAGES       trains on smaller images first: 16:0.4,24:0.7 for 16×16 up to 0.4 of the epochs and 24×24 up to 0.7
  --normalise           subtracts each channel's mean and divides by its standard deviation; --no-normalise does not
  --label-smoothing X   fraction of each target that is spread over all classes
  --precision NAME      ${names(precisions)}; auto chooses by the device and the network
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
      ...measuring(values),
      seed,
      engine: choose('--engine', values.engine, engines),
    },
    views: choose('--views', values.views ?? publishedViews[values.recipe] ?? 'single', Object.fromEntries(viewsNames.map((each) => [each, each]))),
    json: values.json,
  };
}

type Values = ReturnType<typeof parse>['values'];

const settingOptions = {
  'batch-size': { type: 'string' },
  optimizer: { type: 'string' },
  'learning-rate': { type: 'string' },
  'weight-decay': { type: 'string' },
  'clip-norm': { type: 'string' },
  'clip-weight-norm': { type: 'string' },
  'clip-value': { type: 'string' },
  accumulate: { type: 'string' },
  ema: { type: 'string' },
  schedule: { type: 'string' },
  'warm-up': { type: 'string' },
  augment: { type: 'string' },
  resize: { type: 'string' },
  normalise: { type: 'boolean' },
  'no-normalise': { type: 'boolean' },
  'label-smoothing': { type: 'string' },
  precision: { type: 'string' },
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

function overridden(base: NamedRecipe, values: Values): TrainOptions {
  const optimizer: Optimizer =
    values.optimizer === undefined ? base.optimizer : choose('--optimizer', values.optimizer, optimizers)();
  const learningRate = number('--learning-rate', values['learning-rate']);
  const weightDecay = number('--weight-decay', values['weight-decay']);
  const ema = number('--ema', values.ema);
  const labelSmoothing = number('--label-smoothing', values['label-smoothing']);
  if (values.normalise && values['no-normalise']) {
    throw new UserError('--normalise and --no-normalise contradict each other.');
  }
  return {
    ...base,
    ...given({
      epochs: number('--epochs', values.epochs),
      batchSize: number('--batch-size', values['batch-size']),
      augmentation:
        values.augment === undefined ? undefined : choose('--augment', values.augment, augmentations),
      resizing: resizingOf(values.resize),
      precision: choose('--precision', values.precision ?? base.precision, precisions),
    }),
    optimizer: {
      ...optimizer,
      ...given({
        learningRate,
        clipNorm: number('--clip-norm', values['clip-norm']),
        clipWeightNorm: number('--clip-weight-norm', values['clip-weight-norm']),
        clipValue: number('--clip-value', values['clip-value']),
        accumulate: number('--accumulate', values.accumulate),
      }),
      ...(ema !== undefined && { ema: { decay: ema } }),
      ...(weightDecay !== undefined && { weightDecay, decayed: 'kernels' as const }),
    },
    schedule: scheduleOf(base.schedule, values),
    loss:
      labelSmoothing === undefined || base.loss.kind !== 'crossEntropy'
        ? base.loss
        : { ...base.loss, labelSmoothing },
    normalisation: values.normalise ? 'channels' : values['no-normalise'] ? null : base.normalisation,
  };
}

function resizingOf(text: string | undefined): readonly ResizingStage[] | undefined {
  return text?.split(',').map((stage) => {
    const [, side, until] = /^(\d+):([\d.]+)$/.exec(stage) ?? [];
    if (side && until) return { side: Number(side), until: Number(until) };
    throw new UserError(
      `--resize is "${text}", but has to be stages of a side and a share of the epochs, such as 16:0.4,24:0.7.`,
    );
  });
}

function scheduleOf(base: Schedule, values: Values): Schedule {
  const chosen = values.schedule === undefined ? base : choose('--schedule', values.schedule, schedules)();
  const epochs = number('--warm-up', values['warm-up']);
  if (epochs === undefined) return chosen;
  return warmUp(epochs, chosen.kind === 'warmUp' ? chosen.then : chosen);
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

/** Leaves out undefined values, so that they do not override defaults when spread. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UserError(`${option} is "${text}", but has to be a number.`);
}

function choose<T>(option: string, name: string, choices: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(choices, name)) return choices[name];
  throw new UserError(`${option} is "${name}", but has to be one of: ${names(choices)}.`);
}
