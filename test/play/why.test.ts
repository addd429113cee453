/** What the page's engine says about why: each kind of explanation against its definition. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Random } from '../../lib/data/random';
import { lenet5, networks } from '../../lib/models';
import { networkPack } from '../../lib/play/network-pack';
import {
  averageBeforeClassifier,
  classActivation,
  indexFeatures,
  occlusion,
  saliency,
  searchInput,
} from '../../lib/play/page/engine/explain';
import { Network } from '../../lib/play/page/engine/network/network';
import { tf } from '../../lib/play/page/engine/tf';
import type { Pixels } from '../../lib/play/page/engine/types';
import { useWasm } from './backend';

const shape = { inputShape: [16, 16, 3], classes: 4, seed: 1 } as const;
const classNames = ['a', 'b', 'c', 'd'];
let lenet: Network;
let inception: Network;

before(async () => {
  await useWasm();
  const load = async (model: ReturnType<typeof networks.lenet5.build>, id: string): Promise<Network> =>
    Network.load({
      ...(await networkPack(model, { id, title: id, classNames, kernels: 'float32' })),
      scale: { mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.25, 0.3] },
    });
  // Smooth, so that finite differences meet no kink.
  lenet = await load(lenet5({ ...shape, activation: 'tanh', pooling: 'average' }), 'lenet5');
  inception = await load(networks.inception10.build({ ...shape, width: 0.125 }), 'inception10');
});

function picture(seed: number): Pixels {
  const random = new Random(seed);
  const values = Float32Array.from({ length: 16 * 16 * 3 }, () => random.between(0, 1));
  return { height: 16, width: 16, channels: 3, values };
}

function scoresOf(network: Network, image: Pixels): number[] {
  return tf.tidy(() => [...network.ending.logits(network.input([image])).dataSync()]);
}

test('saliency is the slope of the score by a pixel, the largest of its colours', async () => {
  const image = picture(1);
  const { values, height, width } = await saliency(lenet, image, 2);
  assert.deepEqual([height, width, values.length], [16, 16, 256]);
  for (const place of [17, 120, 200]) {
    const slopes = [0, 1, 2].map((channel) => {
      const moved = [-0.01, 0.01].map((by) => {
        const changed = image.values.slice();
        changed[place * 3 + channel] += by;
        return scoresOf(lenet, { ...image, values: changed })[2];
      });
      return Math.abs(moved[1] - moved[0]) / 0.02;
    });
    assert.ok(Math.abs(values[place] - Math.max(...slopes)) < 2e-3, `${values[place]}, ${slopes.join(' ')}`);
  }
});

test('a class-activation map and its bias average to the score; without global average pooling there is none', async () => {
  const image = picture(2);
  const map = await classActivation(inception, image, 1);
  assert.ok(map && map.values.length === 256);
  const [, bias] = inception.ending.classifier.getWeights();
  const mean = map.values.reduce((sum, value) => sum + value, 0) / map.values.length;
  const score = scoresOf(inception, image)[1];
  assert.ok(
    Math.abs(mean + bias.dataSync()[1] - score) < 1e-3 * Math.max(1, Math.abs(score)),
    `${mean} ${score}`,
  );
  assert.equal(await classActivation(lenet, image, 1), null);
  assert.equal(averageBeforeClassifier(lenet), undefined);
});

test('a grid of patches has every place, a few all over first; a patch hides what is inside the image', () => {
  const grid = occlusion.grid({ height: 16, width: 16 }, 6, 2);
  assert.deepEqual([grid.rows, grid.columns, grid.patches.length], [8, 8, 64]);
  assert.deepEqual(grid.patches[0], { y: -2, x: -2, size: 6 });
  assert.deepEqual(
    [...grid.coarseFirst].sort((a, b) => a - b),
    [...Array(64).keys()],
  );
  assert.deepEqual(grid.coarseFirst.slice(0, 4), [0, 4, 32, 36]);
  const image = picture(3);
  const covered = occlusion.cover(image, { y: -2, x: 14, size: 4 });
  const changed = [...covered.values.keys()].filter((i) => covered.values[i] !== image.values[i]);
  assert.equal(changed.length, 2 * 2 * 3);
  assert.ok(changed.every((i) => covered.values[i] === 0.5));
});

test('what is measured under a patch is what the network says of the covered image', async () => {
  const image = picture(3);
  const { patches } = occlusion.grid(image, 6, 4);
  const rows = await occlusion.under(lenet, image, patches);
  assert.equal(rows.length, 16);
  for (const i of [0, 7]) {
    const look = await lenet.look(occlusion.cover(image, patches[i]));
    rows[i].forEach((share, c) => {
      assert.ok(Math.abs(share - look.probabilities[c]) < 1e-5);
    });
    look.dispose();
  }
});

test('the nearest picture to one of the set is that one', async () => {
  const pictures = Array.from({ length: 20 }, (_, i) => picture(i));
  const index = indexFeatures(lenet, pictures);
  while (await index.advance());
  assert.equal(index.done, 20);
  const found = await index.nearest(pictures[7], 3);
  assert.equal(found[0].index, 7);
  assert.ok(found[0].distance < 1e-4 && found[1].distance > 1e-3 && found[1].distance <= found[2].distance);
});

test('optimising the input raises the score; a seed decides the picture; no tensor is left behind', async () => {
  const run = async (seed: number): Promise<{ scores: number[]; values: Float32Array }> => {
    const search = searchInput(inception, 3, { seed });
    const scores: number[] = [];
    for (let step = 0; step < 8; step++) scores.push(await search.step());
    const { pixels, probabilities } = await search.picture();
    assert.equal(probabilities.length, 4);
    assert.ok(pixels.values.every((value) => value >= 0 && value <= 1));
    assert.equal(search.steps, 8);
    search.dispose();
    return { scores, values: pixels.values };
  };
  const first = await run(1);
  assert.ok(first.scores[7] > first.scores[0], first.scores.join(' '));
  const tensors = tf.memory().numTensors;
  assert.deepEqual(await run(1), first);
  assert.notDeepEqual(await run(2), first);
  assert.equal(tf.memory().numTensors, tensors);
});
