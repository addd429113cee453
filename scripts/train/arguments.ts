/** The command line of `npm run train`. */
import { parseArgs } from 'node:util';
import type { LoadOptions } from '../../lib/data/load';
import { networkNamed, networks, type Activation, type NetworkOptions } from '../../lib/models';
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  constant,
  cosine,
  earlyStopping,
  noAugmentation,
  oneCycle,
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
};

const schedules = {
  constant: () => constant(),
  step: () => stepDecay(),
  cosine: () => cosine(),
  'one-cycle': () => oneCycle(),
  plateau: () => reduceOnPlateau(),
};

const augmentations: Readonly<Record<string, Augmentation>> = {
  none: noAugmentation,
  flip: { ...noAugmentation, flip: true },
  standard: standardAugmentation,
  cutout: { ...standardAugmentation, cutout: 8 },
};

const names = (choices: object): string => Object.keys(choices).join(', ');

export const usage = `Usage: npm run train -- NETWORK [options]

Trains ${Object.keys(networks).join(', ')} in outputs/runs/NAME, and measures it on the test set. The same command
goes on where an earlier one was stopped. Ctrl-C stops after the step at hand and saves; pressed again, at once.

  --recipe NAME         ${recipeNames.join(' or ')}; seed unless told
  --epochs N            passes over the training images; as the recipe says unless told
  --seed N              fixes the initial weights and all that is drawn at random; 1 unless told
  --engine NAME         ${names(engines)}; graph unless told
  --data SOURCE         auto, cifar10, sample or a folder of images; DATA_SOURCE, or auto, unless told
  --limit N             takes N training images, the same number of each class; all unless told
  --test-limit N        takes N test images
  --name NAME           of the run; made of the network, the recipe, the seed and what differs from these unless told
  --resume              goes on with the run of that name; an error if there is none
  --fresh               begins anew, and removes the run of that name
  --json FILE           writes the history and the test result to FILE
  --help                prints this

One setting of the recipe or the network otherwise:
  --batch-size N        images a step
  --optimizer NAME      ${names(optimizers)}
  --learning-rate X     of the optimizer
  --weight-decay X      decoupled, on kernels alone
  --schedule NAME       ${names(schedules)}
  --warm-up EPOCHS      before the schedule
  --augment NAME        ${names(augmentations)}
  --normalise           subtracts the mean of each channel and divides by its deviation; --no-normalise does not
  --label-smoothing X   share of a target that is spread over all classes
  --precision NAME      float32, mixed_bfloat16
  --activation NAME     of the network's layers
  --dropout X           rate of the network's dropout
  --width X             multiplies the network's channels and units

Measuring and keeping:
  --validation WHAT     a share of the training images, such as 0.1 (the default), test for the test set, or none
  --validate-every N    epochs; 1 unless told
  --early-stopping N    stops after N validations without a lower loss
  --keep WHICH          last or best: the weights that are tested; last unless told
  --save-every SECONDS  saves as often, besides after every epoch; 120 unless told
  --weights-text        writes weights.txt
  --runs FOLDER         where runs are kept; outputs/runs unless told`;

export interface Request {
  readonly network: string;
  readonly networkOptions: NetworkOptions;
  readonly data: LoadOptions;
  readonly run: RunOptions;
  readonly options: TrainOptions;
  readonly json: string | undefined;
}

/** @returns undefined if help is wanted */
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
    json: values.json,
  };
}

type Values = ReturnType<typeof parse>['values'];

const settingOptions = {
  'batch-size': { type: 'string' },
  optimizer: { type: 'string' },
  'learning-rate': { type: 'string' },
  'weight-decay': { type: 'string' },
  schedule: { type: 'string' },
  'warm-up': { type: 'string' },
  augment: { type: 'string' },
  normalise: { type: 'boolean' },
  'no-normalise': { type: 'boolean' },
  'label-smoothing': { type: 'string' },
  precision: { type: 'string' },
  activation: { type: 'string' },
  dropout: { type: 'string' },
  width: { type: 'string' },
  validation: { type: 'string' },
  'validate-every': { type: 'string' },
  'early-stopping': { type: 'string' },
  keep: { type: 'string' },
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

/** What tells a run from others of its network, recipe and seed: `epochs20`, `augment.standard`. */
function nameParts(values: Values): string[] {
  return Object.keys(settingOptions).flatMap((option) => {
    const value = values[option as keyof typeof settingOptions];
    if (value === undefined) return [];
    return [value === true ? option : `${option}.${value}`];
  });
}

function overridden(base: NamedRecipe, values: Values): TrainOptions {
  const optimizer: Optimizer =
    values.optimizer === undefined ? base.optimizer : choose('--optimizer', values.optimizer, optimizers)();
  const learningRate = number('--learning-rate', values['learning-rate']);
  const weightDecay = number('--weight-decay', values['weight-decay']);
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
      precision: choose('--precision', values.precision ?? base.precision, {
        float32: 'float32',
        mixed_bfloat16: 'mixed_bfloat16',
      } as const),
    }),
    optimizer: {
      ...optimizer,
      ...given({ learningRate }),
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

function scheduleOf(base: Schedule, values: Values): Schedule {
  const chosen = values.schedule === undefined ? base : choose('--schedule', values.schedule, schedules)();
  const epochs = number('--warm-up', values['warm-up']);
  if (epochs === undefined) return chosen;
  return warmUp(epochs, chosen.kind === 'warmUp' ? chosen.then : chosen);
}

function measuring(values: Values): TrainOptions {
  const patience = number('--early-stopping', values['early-stopping']);
  return given({
    validation: validationOf(values.validation),
    validationFrequency: number('--validate-every', values['validate-every']),
    earlyStopping: patience === undefined ? undefined : earlyStopping({ patience }),
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
    `--validation is "${text}", but has to be test, none, or a share between 0 and 1 such as 0.1.`,
  );
}

/** Leaves out what was not given, so that defaults behind a spread hold. */
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
