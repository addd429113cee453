/** Which of the project's recipes a run was trained by: a run keeps the settings, not the name. */
import type { Dataset } from '../data/types';
import type { NetworkOptions } from '../models/network';
import { networkOptionsFor, recipe as namedRecipe, recipeNamesFor, type Recipe } from '../recipe';
import { architectureFingerprint, describeNetwork } from '../runs/lasting-names';
import { differences } from '../runs/plain-data';
import type { RunRecord } from '../runs/read-runs';
import { UserError } from '../runtime/errors';
import { recipeFor } from '../train/train';
import { plannedNetwork } from './again';

/** A recipe by its name, and how a run differs from it. */
export interface Likeness {
  readonly name: string;
  /** What the recipe builds the network with. */
  readonly networkOptions: NetworkOptions;
  /** A line for each setting that differs; empty if none does. */
  readonly different: readonly string[];
}

/** The recipe that is most like a run's. */
export function mostLike(run: RunRecord, dataset: Dataset): Likeness {
  const likenesses = recipeNamesFor(run.network.name).flatMap((name) => likenessTo(name, run, dataset) ?? []);
  return likenesses.reduce((best, each) => (each.different.length < best.different.length ? each : best));
}

/**
 * Seed and validation are no part of a recipe; statistics of the training images are compared only for whether they are
 * used.
 * @returns undefined if the network can't be trained by the recipe
 */
function likenessTo(name: string, run: RunRecord, dataset: Dataset): Likeness | undefined {
  const named = namedRecipe(name, run.network.name);
  const networkOptions = networkOptionsFor(name, run.network.name);
  const model = plannedNetwork({ ...run, networkOptions }, dataset);
  try {
    const expected = recipeFor(
      model,
      dataset,
      { ...named, ...ownPart(run.recipe) },
      {
        channels: () => run.recipe.normalisation ?? anyNormalisation(dataset),
        precision: (wanted) => (wanted === 'auto' ? run.recipe.precision : wanted),
      },
    );
    const hasSameLayers = architectureFingerprint(describeNetwork(model).architecture) === run.architecture;
    const different = [
      ...(hasSameLayers
        ? []
        : [`network: ${built(run.network.name, networkOptions)} makes there, other layers here`]),
      ...differences({ recipe: expected }, { recipe: run.recipe }),
    ];
    return { name, networkOptions, different };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    model.dispose();
  }
}

/** In an expression, how a recipe's network is built. */
function built(network: string, options: NetworkOptions): string {
  const given = Object.keys(options).length === 0 ? '' : JSON.stringify(options);
  return `what networks.${network}.build(${given})`;
}

/** What a run may choose for itself, whatever recipe it follows. */
function ownPart(
  recipe: Recipe,
): Pick<Recipe, 'seed' | 'validation' | 'validationFrequency' | 'keep' | 'earlyStopping'> {
  const { seed, validation, validationFrequency, keep, earlyStopping } = recipe;
  return { seed, validation, validationFrequency, keep, earlyStopping };
}

/** Stands for statistics where a run has none: any that differ from none. */
function anyNormalisation({ imageShape: [, , channels] }: Dataset): NonNullable<Recipe['normalisation']> {
  return { mean: new Array<number>(channels).fill(0), deviation: new Array<number>(channels).fill(1) };
}
