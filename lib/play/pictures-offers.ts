/** Pictures and untrained networks, for the page. */
import type { Dataset } from '../data/types';
import { titleOf } from '../models/registry';
import { baseline } from '../models/baseline';
import { lenet5 } from '../models/lenet5';
import { blueprintPack } from './network-pack';
import type { Offered } from './offers';
import { picturesPack, picturesTitle } from './pictures-pack';

/** What LeNet-5's pools leave something of. */
const leastSide = 16;

/** How many pictures a page is given. */
export interface PictureCounts {
  /** To ask networks about. */
  readonly test: number;
  /** To train on in the page. */
  readonly train: number;
}

export function pictureOffers(dataset: Dataset, counts: PictureCounts): Offered[] {
  return (['test', 'train'] as const).map((split) => ({
    kind: 'pictures',
    id: split,
    title: picturesTitle(dataset, split),
    facts: null,
    make: () => picturesPack(dataset, split, counts[split]),
  }));
}

/** The networks that can be trained in the page: small ones. None for pictures that are too small for them. */
export function blueprintOffers({ imageShape, classNames }: Dataset): Offered[] {
  if (Math.min(imageShape[0], imageShape[1]) < leastSide) return [];
  const shared = { inputShape: imageShape, classes: classNames.length, seed: 0 };
  const networks = [
    { id: 'baseline', suffix: '', build: () => baseline(shared) },
    // Sigmoid, the network's own, learns next to nothing in the minutes that a reader waits.
    { id: 'lenet5', suffix: ' with ReLU', build: () => lenet5({ ...shared, activation: 'relu' }) },
  ];
  return networks.map(({ id, suffix, build }) => {
    const title = `${titleOf({ name: id })}${suffix}`;
    return {
      kind: 'blueprint',
      id,
      title,
      facts: null,
      make: async () => {
        const model = build();
        try {
          return await blueprintPack(model, id, title);
        } finally {
          model.dispose();
        }
      },
    };
  });
}
