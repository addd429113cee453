import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadDataset } from '../../lib/data/load';

const place = process.env.CIFAR10_DIR ?? '';

test(
  'the full dataset has 5,000 and 1,000 images of each class',
  { skip: place === '' ? 'CIFAR10_DIR is not set' : false },
  async () => {
    const { train, test: held, classNames } = await loadDataset({ source: 'cifar10' });
    for (const [set, each] of [
      [train, 5_000],
      [held, 1_000],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of set.labels) counts[label]++;
      assert.deepEqual(counts, new Array(10).fill(each));
      assert.equal(set.images.length, set.count * 32 * 32 * 3);
    }
    assert.deepEqual(classNames.join(' '), 'airplane automobile bird cat deer dog frog horse ship truck');
  },
);
