/** What augmentation draws: the same for both engines, and for whoever wants to look at it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossEntropy, sgd, type Augmentation } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { augmentedVersions, graphEngine, tfjsEngine, type Engine } from '../../lib/train';
import { noiseDataset } from './fixtures';

const count = 6;
/** As many classes as images, and one that no image has. */
const classes = count + 1;
const dataset = noiseDataset({ train: count, classes });
const size = 8 * 8 * 3;

/**
 * The images of one step as the network gets them, read off its gradient: before a softmax with weights of zero, the
 * gradient of an image's own class is the mean over all images less a share of that image.
 */
async function seenBy(
  engine: Engine,
  augmentation: Augmentation,
  seed: number,
  step: number,
): Promise<number[][]> {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: classes, kernelInitializer: 'zeros', useBias: false }),
    ],
  });
  const run = await engine.start({
    model,
    images: dataset.train,
    imageShape: [8, 8, 3],
    normalisation: null,
    batchSize: count,
    optimizer: sgd({ learningRate: 1 }),
    loss: crossEntropy({ fromLogits: true }),
    augmentation,
    precision: 'float32',
    seed,
  });
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  await run.train({ order, firstStep: step, learningRate: () => 1 }, () => true);
  const change = model.getWeights()[0].arraySync() as number[][];
  run.dispose();
  model.dispose();
  return Array.from(order, (image) =>
    change.map((row) => Math.round((row[image] - row[classes - 1]) * count * 255)),
  );
}

const cases: Record<string, Augmentation> = {
  'crop, flip and cutout': { crop: 2, flip: true, cutout: 3 },
  'crop alone': { crop: 3, flip: false, cutout: 0 },
  'flip alone': { crop: 0, flip: true, cutout: 0 },
  'cutout alone': { crop: 0, flip: false, cutout: 4 },
  nothing: { crop: 0, flip: false, cutout: 0 },
};

for (const [name, augmentation] of Object.entries(cases)) {
  test(`${name}: both engines train on exactly the images that augmentedVersions shows`, async () => {
    const [seed, step] = [5, 3];
    const shown = await Promise.all(
      Array.from({ length: count }, async (_, position) => {
        const { images } = await augmentedVersions(dataset, position, augmentation, { count, seed, step });
        return [...images.subarray(position * size, (position + 1) * size)];
      }),
    );
    for (const engine of [graphEngine, tfjsEngine]) {
      assert.deepEqual(await seenBy(engine, augmentation, seed, step), shown, engine.name);
    }
  });
}

test('another step, seed or position draws otherwise; how many are drawn changes nothing', async () => {
  const augmentation = { crop: 3, flip: true, cutout: 0 };
  const drawn = async (options: object): Promise<string> =>
    String((await augmentedVersions(dataset, 0, augmentation, { count: 4, ...options })).images);
  const first = await drawn({});
  assert.equal(await drawn({}), first);
  assert.notEqual(await drawn({ step: 1 }), first);
  assert.notEqual(await drawn({ seed: 2 }), first);
  assert.ok((await drawn({ count: 9 })).startsWith(first));
});

test('augmented versions leave no tensors behind', async () => {
  const before = tf.memory().numTensors;
  await augmentedVersions(dataset, 0, cases['crop alone']);
  assert.equal(tf.memory().numTensors, before);
});

test('an image that there is not, or an augmentation that leaves nothing, is refused', async () => {
  const { nothing } = cases;
  await assert.rejects(augmentedVersions(dataset, count, nothing), /index is 6, .* a training image, 0 to 5/);
  await assert.rejects(augmentedVersions(dataset, 0, { ...nothing, crop: 8 }), /crop is 8/);
  await assert.rejects(augmentedVersions(dataset, 0, nothing, { count: 0 }), /count is 0/);
});
