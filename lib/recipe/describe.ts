import type { Augmentation } from './augmentation';
import type { Optimizer } from './optimizers';
import type { Recipe } from './recipe';
import type { Schedule } from './schedules';

const optimizers: Readonly<Record<Exclude<Optimizer['kind'], 'custom'>, string>> = {
  sgd: 'SGD',
  adagrad: 'Adagrad',
  adadelta: 'Adadelta',
  rmsprop: 'RMSprop',
  adam: 'Adam',
  lion: 'Lion',
  muon: 'Muon',
};

const schedules: Readonly<Record<Exclude<Schedule['kind'], 'warmUp'>, string>> = {
  constant: 'constant rate',
  step: 'rate falling in steps',
  cosine: 'cosine',
  cosineRestarts: 'cosine with restarts',
  oneCycle: 'one cycle',
  linear: 'straight lines',
  plateau: 'rate falling on plateaus',
};

/** The settings that decide most about a result, for the caption of a table or one of its cells. */
export type Described = Pick<
  Recipe,
  'optimizer' | 'schedule' | 'batchSize' | 'augmentation' | 'resizing' | 'preciseStatistics'
>;

/** How a network was trained, but for the learning rate: `Adam, warm-up and cosine, batch 32, statistics re-estimated`. */
export function describeRecipe(recipe: Described): string {
  const { optimizer, schedule, batchSize, augmentation, resizing, preciseStatistics } = recipe;
  return [
    optimizer.kind === 'custom' ? optimizer.name : optimizers[optimizer.kind],
    schedule.kind === 'warmUp' ? `warm-up and ${schedules[schedule.then.kind]}` : schedules[schedule.kind],
    `batch ${batchSize}`,
    ...(changesImages(augmentation) ? [describeAugmentation(augmentation)] : []),
    ...(resizing ? ['smaller images first'] : []),
    // Batch normalisation's: Keras's moving averages are the rule and go without saying.
    ...(preciseStatistics ? ['statistics re-estimated'] : []),
  ].join(', ');
}

const kinds = ['crop', 'flip', 'cutout', 'mixup', 'cutmix'] as const;

function changesImages(augmentation: Augmentation): boolean {
  return kinds.some((kind) => Boolean(augmentation[kind]));
}

/** `crop and flip`, or `not augmented`. */
export function describeAugmentation(augmentation: Augmentation): string {
  const used = kinds.filter((kind) => Boolean(augmentation[kind]));
  return used.length > 0 ? used.join(' and ') : 'not augmented';
}
