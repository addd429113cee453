/** Names that distinguish results with the same label. */
import { describeAugmentation, type ResizingStage } from '../recipe';
import { validationName } from '../show/curves';
import type { Recipe } from '../runs/history';
import type { Result } from '../runs/results';

/** How results with the same label may differ, in the order in which names list it. */
const facts: readonly ((result: Result) => string)[] = [
  ({ recipe }) => `${recipe.epochs} epochs`,
  ({ recipe }) => `batch ${recipe.batchSize}`,
  ({ recipe: { optimizer } }) => (optimizer.kind === 'custom' ? optimizer.name : optimizer.kind),
  ({ recipe }) => `learning rate ${recipe.optimizer.learningRate}`,
  ({ recipe }) => `${recipe.schedule.kind} schedule`,
  ({ recipe }) => describeAugmentation(recipe.augmentation),
  ({ recipe: { resizing } }) => (resizing ? resizing.map(stageName).join(', ') : 'full size'),
  ({ recipe }) => (recipe.normalisation ? 'normalised' : 'not normalised'),
  ({ recipe }) => validatedOn(recipe),
  ({ recipe }) => `keeps the ${recipe.keep} epoch`,
  ({ recipe: { preciseStatistics } }) =>
    preciseStatistics ? `statistics of ${preciseStatistics.batches} batches` : 'moving averages',
  ({ engine }) => `engine ${engine}`,
  ({ device }) => device,
];

/**
 * A name for each result. The first with a label gets that label; further ones get the label and how they differ from
 * the first, and if they do not, the name of their run.
 */
export function distinctNames(
  results: readonly Result[],
  labelOf: (result: Result) => string = ({ network }) => network,
): string[] {
  const names: string[] = [];
  for (const [i, result] of results.entries()) {
    const label = labelOf(result);
    const first = results.findIndex((other) => labelOf(other) === label);
    const different = facts
      .map((fact) => [fact(results[first]), fact(result)])
      .flatMap(([there, here]) => (there === here ? [] : [here]));
    const name = [label, ...different].join(', ');
    const isNew = first === i || !names.includes(name);
    names.push(isNew ? name : `${name}, ${result.runs[0]}`);
  }
  return names;
}

/** Whether `name` is a variant of `other`, as `VGG16, augmented` is of `VGG16`. */
export function isVariant(name: string, other: string): boolean {
  return name.startsWith(`${other}, `);
}

export function validatedOn({ validation }: Recipe): string {
  return validation === 'none' ? 'not validated' : `validated on the ${validationName(validation)}`;
}

function stageName({ until, side }: ResizingStage): string {
  return `${side}×${side} up to ${until}`;
}
