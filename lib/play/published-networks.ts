/** The published networks, for the page. */
import { networks, titleOf } from '../models/registry';
import { pretrained, recordsWithWeights } from '../published/pretrained';
import { networkPack } from './network-pack';
import type { Offered } from './offers';
import type { NetworkFacts } from './pack';

/** What a page opens on: a small file, and right nearly as often as networks a hundred times its size. */
const first = 'inception10';

/** In the order of the lessons, but for the one that the page opens on. */
export function publishedOffers(folder?: string): Offered[] {
  const order = [first, ...Object.keys(networks)];
  const records = recordsWithWeights(folder).sort(
    (a, b) => order.indexOf(a.network.name) - order.indexOf(b.network.name),
  );
  return records.map((record): Offered => {
    const { name, network, recipe, recipeName, dataset, weights, history } = record;
    const title = titleOf(network);
    const facts: NetworkFacts = {
      dataset: dataset.name,
      recipe: recipeName,
      seed: recipe.seed,
      epochs: history.epochs.length,
      accuracy: weights.test.accuracy,
    };
    const make = async (): ReturnType<Offered['make']> => {
      const model = await pretrained(network.name, {
        ...(folder !== undefined && { folder }),
        onNotice: () => undefined,
      });
      try {
        const { classNames } = dataset;
        return await networkPack(model, { id: name, title, classNames, facts, kernels: weights.kernels });
      } finally {
        model.dispose();
      }
    };
    return { kind: 'network', id: name, network: network.name, title, facts, make };
  });
}
