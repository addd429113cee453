/** Named recipes suit the networks that they are for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkNamed, networks } from '../../lib/models';
import { networkOptionsFor, recipe, recipeNamesFor, sidesOf, type Recipe } from '../../lib/recipe';
import { checkResizable } from '../../lib/train/resizable';
import { noiseDataset } from './fixtures';

const names = Object.keys(networks);
const dataset = { ...noiseDataset(), imageShape: [32, 32, 3] as const };

test('smaller images fit the networks whose recipes train on them', () => {
  let resized = 0;
  for (const network of names) {
    for (const name of recipeNamesFor(network)) {
      // A network's width changes no size of its images.
      const options = { ...networkOptionsFor(name, network), seed: 1, width: 0.125 };
      const model = networkNamed(network).build(options);
      const { resizing = null } = recipe(name, network);
      checkResizable(model, { resizing } as Recipe, dataset);
      if (sidesOf(resizing).length > 0) resized++;
      model.dispose();
    }
  }
  assert.ok(resized >= 2, 'VGG16 and ResNet18');
});

test('best: every network of the lessons has settings of its own, all images to train on, and one end to the rate', () => {
  const own = new Set<string>();
  for (const network of names.filter((each) => each !== 'speedrun')) {
    const { validation, schedule, optimizer, epochs, augmentation } = recipe('best', network);
    own.add(JSON.stringify([optimizer, epochs]));
    assert.deepEqual(
      [validation, augmentation.flip, augmentation.padding],
      ['none', 'alternating', 'reflect'],
    );
    assert.ok(schedule.kind === 'linear' && schedule.final === 0);
    assert.equal(optimizer.decayed, 'kernels');
  }
  assert.equal(own.size, 6);
});
