/** The options of `npm run train` that change a setting of a recipe. */
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  constant,
  cosine,
  cosineRestarts,
  linear,
  lion,
  muon,
  noAugmentation,
  oneCycle,
  recipe,
  reduceOnPlateau,
  rmsprop,
  sgd,
  standardAugmentation,
  stepDecay,
  warmUp,
  type Augmentation,
  type Lookahead,
  type NamedRecipe,
  type Optimizer,
  type ResizingStage,
  type Schedule,
} from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import type { TrainOptions } from '../../lib/train';
import { choose, chosen, given, names, number } from './values';

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

const paddings = { zeros: 'zeros', reflect: 'reflect' } as const;
const flips = { none: false, random: true, alternating: 'alternating' } as const;
const incompleteBatches = { keep: 'keep', drop: 'drop' } as const;
const precisions = { float32: 'float32', mixed_bfloat16: 'mixed_bfloat16', auto: 'auto' } as const;

/** Of Jordan 2024, see `FallingShare`. */
const growing = recipe('speedrun').optimizer.lookahead;

export const recipeOptions = {
  'batch-size': { type: 'string' },
  'incomplete-batch': { type: 'string' },
  optimizer: { type: 'string' },
  'learning-rate': { type: 'string' },
  momentum: { type: 'string' },
  'weight-decay': { type: 'string' },
  'clip-norm': { type: 'string' },
  'clip-weight-norm': { type: 'string' },
  'clip-value': { type: 'string' },
  accumulate: { type: 'string' },
  ema: { type: 'string' },
  lookahead: { type: 'string' },
  schedule: { type: 'string' },
  rise: { type: 'string' },
  initial: { type: 'string' },
  final: { type: 'string' },
  'warm-up': { type: 'string' },
  augment: { type: 'string' },
  crop: { type: 'string' },
  padding: { type: 'string' },
  flip: { type: 'string' },
  cutout: { type: 'string' },
  resize: { type: 'string' },
  normalise: { type: 'boolean' },
  'no-normalise': { type: 'boolean' },
  'label-smoothing': { type: 'string' },
  precision: { type: 'string' },
} as const;

export const recipeUsage = `\
  --batch-size N        images in a step
  --incomplete-batch X  keep or drop the last batch of an epoch if the images do not fill it (default: keep)
  --optimizer NAME      ${names(optimizers)}; momentum is SGD with Nesterov momentum 0.9
  --learning-rate X     learning rate of the optimizer
  --momentum X          momentum of sgd, momentum, rmsprop or muon
  --weight-decay X      decoupled weight decay, for kernels only
  --clip-norm X         scales gradients down to this global norm
  --clip-weight-norm X  scales the gradient of each weight down to this norm
  --clip-value X        limits each number of a gradient to ±X
  --accumulate N        updates weights once in N steps, with the mean of their gradients
  --ema DECAY           averages weights with this decay, for validation and for the network in the end
  --lookahead N         slow weights go half-way to the others every N steps; growing: the way of the speed-run's paper
  --schedule NAME       schedule of the learning rate: ${names(schedules)}
  --rise X              of one-cycle and linear: the share of the run in which the rate rises
  --initial X           of one-cycle and linear: where it rises from, as a share of the rate
  --final X             of one-cycle, linear and both cosines: where the rate ends, as a share of it
  --warm-up EPOCHS      linear warm-up before the schedule
  --augment NAME        ${names(augmentations)}; the following four change one part of it
  --crop N              pixels of padding, of which a window of the image's size is cut
  --padding NAME        what the padding is: ${names(paddings)}
  --flip NAME           ${names(flips)}
  --cutout N            side of a square that is set to zero
  --resize STAGES       trains on smaller images first: 16:0.4,24:0.7 for 16×16 up to 0.4 of the epochs and 24×24 up to 0.7
  --normalise           subtracts each channel's mean and divides by its standard deviation; --no-normalise does not
  --label-smoothing X   fraction of each target that is spread over all classes
  --precision NAME      ${names(precisions)}; auto chooses by the device and the network`;

/** What was given of `recipeOptions`. */
export type RecipeValues = {
  readonly [Option in keyof typeof recipeOptions]?: (typeof recipeOptions)[Option] extends { type: 'boolean' }
    ? boolean
    : string;
};

/** The recipe with the settings that were given. */
export function overridden(base: NamedRecipe, values: RecipeValues): TrainOptions {
  const labelSmoothing = number('--label-smoothing', values['label-smoothing']);
  if (values.normalise && values['no-normalise']) {
    throw new UserError('--normalise and --no-normalise contradict each other.');
  }
  return {
    ...base,
    ...given({
      batchSize: number('--batch-size', values['batch-size']),
      incompleteBatch: chosen('--incomplete-batch', values['incomplete-batch'], incompleteBatches),
      resizing: resizingOf(values.resize),
      precision: choose('--precision', values.precision ?? base.precision, precisions),
    }),
    augmentation: augmentationOf(base.augmentation, values),
    optimizer: optimizerOf(base.optimizer, values),
    schedule: scheduleOf(base.schedule, values),
    loss:
      labelSmoothing === undefined || base.loss.kind !== 'crossEntropy'
        ? base.loss
        : { ...base.loss, labelSmoothing },
    normalisation: values.normalise ? 'channels' : values['no-normalise'] ? null : base.normalisation,
  };
}

function augmentationOf(base: Augmentation, values: RecipeValues): Augmentation {
  return {
    ...(chosen('--augment', values.augment, augmentations) ?? base),
    ...given({
      crop: number('--crop', values.crop),
      padding: chosen('--padding', values.padding, paddings),
      flip: chosen('--flip', values.flip, flips),
      cutout: number('--cutout', values.cutout),
    }),
  };
}

function optimizerOf(base: Optimizer, values: RecipeValues): Optimizer {
  const optimizer: Optimizer = chosen('--optimizer', values.optimizer, optimizers)?.() ?? base;
  const momentum = number('--momentum', values.momentum);
  if (momentum !== undefined && !('momentum' in optimizer)) {
    throw new UserError(
      `--momentum needs an optimizer that has one, such as momentum, not ${optimizer.kind}.`,
    );
  }
  const weightDecay = number('--weight-decay', values['weight-decay']);
  const ema = number('--ema', values.ema);
  return {
    ...optimizer,
    ...given({
      learningRate: number('--learning-rate', values['learning-rate']),
      momentum,
      clipNorm: number('--clip-norm', values['clip-norm']),
      clipWeightNorm: number('--clip-weight-norm', values['clip-weight-norm']),
      clipValue: number('--clip-value', values['clip-value']),
      accumulate: number('--accumulate', values.accumulate),
      lookahead: lookaheadOf(values.lookahead),
    }),
    ...(ema !== undefined && { ema: { decay: ema } }),
    ...(weightDecay !== undefined && { weightDecay, decayed: 'kernels' as const }),
  };
}

function lookaheadOf(text: string | undefined): Lookahead | undefined {
  if (text === undefined) return undefined;
  if (text === 'growing') return growing;
  const steps = Number(text);
  if (Number.isInteger(steps) && steps >= 1) return { steps, share: 0.5 };
  throw new UserError(`--lookahead is "${text}", but has to be a number of steps, or growing.`);
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

function scheduleOf(base: Schedule, values: RecipeValues): Schedule {
  const schedule: Schedule = chosen('--schedule', values.schedule, schedules)?.() ?? base;
  const warmUpEpochs = number('--warm-up', values['warm-up']);
  if (schedule.kind !== 'warmUp') {
    const changed = withCorners(schedule, values);
    return warmUpEpochs === undefined ? changed : warmUp(warmUpEpochs, changed);
  }
  return warmUp(warmUpEpochs ?? schedule.epochs, withCorners(schedule.then, values));
}

type WithoutWarmUp = Exclude<Schedule, { kind: 'warmUp' }>;

function withCorners(schedule: WithoutWarmUp, values: RecipeValues): WithoutWarmUp {
  const corners = given({
    rise: number('--rise', values.rise),
    initial: number('--initial', values.initial),
    final: number('--final', values.final),
  });
  for (const name of Object.keys(corners)) {
    if (name in schedule) continue;
    throw new UserError(
      `--${name} needs a schedule that has one: linear, for instance, and not ${schedule.kind}.`,
    );
  }
  return { ...schedule, ...corners };
}
