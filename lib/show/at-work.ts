/** A published network at work on images, as a lesson opens. */
import { firstOfEach } from '../data/statistics';
import { takeSubset } from '../data/subset';
import type { Dataset } from '../data/types';
import { evaluate } from '../evaluate';
import { titleOf } from '../models/registry';
import { publishedFacts } from '../published';
import type { tf } from '../runtime/tensorflow';
import { showImages } from './images';

/** Whether a network from `pretrained` names the classes of a dataset: only then do its answers mean anything there. */
export function knowsClasses(model: tf.LayersModel, { classNames }: Dataset): boolean {
  const known = publishedFacts(model)?.dataset.classNames;
  return known !== undefined && known.join('\n') === classNames.join('\n');
}

/**
 * Shows what a published network makes of test images, the first one of each class. If the dataset has other classes than
 * those it was trained on, it says so instead.
 * @param model from `pretrained`
 */
export async function showAtWork(model: tf.LayersModel, dataset: Dataset): Promise<void> {
  if (!knowsClasses(model, dataset)) {
    console.log(
      `It names the classes of ${publishedFacts(model)?.dataset.name ?? 'other images'}, not those of the ` +
        `${dataset.name}, so it can't be shown at work here. \`npm run data -- fetch\` downloads CIFAR-10.`,
    );
    return;
  }
  const firsts = firstOfEach(dataset.test, dataset.classNames.length, 1);
  const few = { ...dataset, test: takeSubset(dataset.test, Uint32Array.from(firsts)) };
  await showImages(few, {
    evaluation: await evaluate(model, few),
    title: `${dataset.name}: the first test image of each class, and what the published ${titleOf({ name: model.name })} says`,
  });
}
