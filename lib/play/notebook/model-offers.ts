/** Networks of a notebook, for the page. */
import type { Dataset } from '../../data/types';
import type { KernelType } from '../../models/weights/quantise';
import { titleOf } from '../../models/registry';
import { publishedFacts } from '../../published';
import { recordsWithWeights } from '../../published/pretrained';
import { UserError } from '../../runtime/errors';
import type { tf } from '../../runtime/tensorflow';
import { networkPack } from '../network-pack';
import type { Offered } from '../offers';
import type { NetworkFacts } from '../pack';

/**
 * One or two networks in the order in which they are given. A published one names the classes that it was published with,
 * any other those of the dataset.
 * @throws UserError, also when a pack is made, for a network that the page can't take
 */
export function modelOffers(models: readonly tf.LayersModel[], dataset: Dataset): Offered[] {
  const names = models.map((model) => publishedFacts(model)?.name ?? model.name);
  return models.map((model, place) => {
    const published = publishedFacts(model);
    const classNames = published?.dataset.classNames ?? dataset.classNames;
    const classes = model.outputs[0].shape.at(-1);
    if (classes !== classNames.length) {
      throw new UserError(
        `"${model.name}" tells ${String(classes)} classes apart, and the ${dataset.name} has ${classNames.length}. Give ` +
          'the dataset that the network was trained on: play(model, { dataset }).',
      );
    }
    const name = names[place];
    const id = names.indexOf(name) === place ? name : `${name}-${place + 1}`;
    const title = titleOf(model);
    const facts = published === undefined ? null : factsOf(published);
    const kernels = published && kernelsOf(published.name);
    return {
      ...{ kind: 'network', id, title, facts },
      make: () => networkPack(model, { id, title, classNames, facts, ...(kernels && { kernels }) }),
    };
  });
}

function factsOf({
  dataset,
  recipeName,
  recipe,
  test,
}: NonNullable<ReturnType<typeof publishedFacts>>): NetworkFacts {
  return {
    dataset: dataset.name,
    recipe: recipeName,
    seed: recipe.seed,
    epochs: recipe.epochs,
    accuracy: test.accuracy,
  };
}

/** In which precision a published network is stored. */
function kernelsOf(name: string): KernelType | undefined {
  return recordsWithWeights().find((record) => record.name === name)?.weights.kernels;
}
