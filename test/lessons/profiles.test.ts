/** How lessons train: the same way for all networks in a profile, and as Keras does in `full`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedNetworks, lessonRecipe, profileFor, profiles, type ProfileName } from '../../lib/lessons';
import { networks } from '../../lib/models';
import { recipe } from '../../lib/recipe';
import type { TrainOptions } from '../../lib/train';

const profileNames = Object.keys(profiles) as ProfileName[];

test('in a profile, all networks see the same images for as many epochs, by one recipe', () => {
  for (const profile of profileNames) {
    const [first, ...others] = comparedNetworks.map((network) => {
      const { trainLimit, testLimit, epochs, batchSize } = profileFor(network, profile);
      const { optimizer, ...rest } = lessonRecipe(network, profile);
      return { trainLimit, testLimit, epochs, batchSize, kind: optimizer?.kind, rest };
    });
    assert.equal(first.rest.epochs, first.epochs);
    for (const [i, other] of others.entries())
      assert.deepEqual(other, first, `${profile}, ${comparedNetworks[i + 1]}`);
    // Rates are the same too, but for LeNet-5, whose lesson begins with sigmoids.
    const rates = comparedNetworks
      .filter((name) => name !== 'lenet5')
      .map((name) => rateOf(lessonRecipe(name, profile)));
    assert.equal(new Set(rates).size, 1, `${profile}: ${rates.join(', ')}`);
  }
});

test('every network can be built as each profile has it, and all but the speed-run are compared', () => {
  for (const profile of profileNames) {
    for (const [name, { build }] of Object.entries(networks)) {
      build({ seed: 1, ...profileFor(name as keyof typeof networks, profile).changes }).dispose();
    }
  }
  assert.deepEqual(
    Object.keys(networks).filter((name) => !(comparedNetworks as readonly string[]).includes(name)),
    ['speedrun'],
  );
});

test('full is the networks as they are, by the recipe `seed`: Keras defaults, moving averages', () => {
  for (const network of comparedNetworks) {
    const { width, changes } = profileFor(network, 'full');
    assert.deepEqual([width, changes], [1, {}]);
    const { validation, keep, ...trained } = lessonRecipe(network, 'full');
    assert.deepEqual(trained, recipe('seed', network));
    assert.deepEqual([validation, keep], [{ split: 0.1 }, 'best']);
  }
});

test('the short profiles warm up, normalise, take the statistics anew, and have He’s start, or for LeNet-5 ReLU', () => {
  for (const profile of ['tiny', 'quick'] as const) {
    for (const network of comparedNetworks) {
      const { schedule, normalisation, preciseStatistics } = lessonRecipe(network, profile);
      assert.equal(schedule?.kind, 'warmUp');
      assert.equal(normalisation, 'channels');
      assert.ok((preciseStatistics?.batches ?? 0) > 0);
      const { initialiser, activation } = profileFor(network, profile).changes;
      assert.ok(initialiser === 'he' || (network === 'lenet5' && activation === 'relu'), network);
    }
  }
});

function rateOf({ optimizer }: TrainOptions): number | undefined {
  return optimizer?.learningRate;
}
