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
  linear: 'rate along straight lines',
  plateau: 'rate falling on plateaus',
};

/** The settings that decide most about a result, for the caption of a table or one of its cells. */
export type Described = Pick<
  Recipe,
  'optimizer' | 'schedule' | 'batchSize' | 'augmentation' | 'preciseStatistics'
>;

/** How a network was trained, but for the learning rate: `Adam, warm-up and cosine, batch 32, statistics re-estimated`. */
export function describeRecipe(recipe: Described): string {
  const { optimizer, schedule, batchSize, augmentation, preciseStatistics } = recipe;
  const name = optimizer.kind === 'custom' ? optimizer.name : optimizers[optimizer.kind];
  return [
    name,
    schedule.kind === 'warmUp' ? `warm-up and ${schedules[schedule.then.kind]}` : schedules[schedule.kind],
    `batch ${batchSize}`,
    ...changes(augmentation),
    // Batch normalisation's: Keras's moving averages are the rule and go without saying.
    ...(preciseStatistics ? ['statistics re-estimated'] : []),
  ].join(', ');
}

function changes(augmentation: Augmentation): string[] {
  const kinds = ['crop', 'flip', 'cutout', 'mixup', 'cutmix'] as const;
  const used = kinds.filter((kind) => Number(augmentation[kind] ?? 0) > 0);
  return used.length > 0 ? [used.join(' and ')] : [];
}
