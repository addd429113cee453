/** Which of the project's recipes a run was trained by: a run keeps the settings, not the name. */
import type { Dataset } from '../data/types';
import { recipe as namedRecipe, recipeNames, type Recipe } from '../recipe';
import { differences } from '../runs/plain-data';
import type { tf } from '../runtime/tensorflow';
import { recipeFor } from '../train/train';

/** A recipe by its name, and how a run differs from it. */
export interface Likeness {
  readonly name: string;
  /** A line for each setting that differs; empty if none does. */
  readonly different: readonly string[];
}

/**
 * The recipe that is most like a run's. Seed and validation are no part of a recipe, and statistics of the training
 * images are only compared for whether they are used.
 */
export function mostLike(trained: Recipe, model: tf.LayersModel, dataset: Dataset): Likeness {
  const { seed, validation, validationFrequency, keep, earlyStopping, normalisation, precision } = trained;
  const own = { seed, validation, validationFrequency, keep, earlyStopping };
  const likenesses = recipeNames.map((name): Likeness => {
    const expected = recipeFor(
      model,
      dataset,
      { ...own, ...namedRecipe(name, model.name) },
      {
        channels: (given) => normalisation ?? flat(given, dataset),
        precision: (wanted) => (wanted === 'auto' ? precision : wanted),
      },
    );
    return { name, different: differences({ recipe: expected }, { recipe: trained }) };
  });
  return likenesses.reduce((best, each) => (each.different.length < best.different.length ? each : best));
}

/** Stands for statistics where a run has none: any numbers that differ from none. */
function flat(_given: Recipe, { imageShape: [, , channels] }: Dataset): NonNullable<Recipe['normalisation']> {
  return { mean: new Array<number>(channels).fill(0), deviation: new Array<number>(channels).fill(1) };
}
