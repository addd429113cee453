/** What augmentation draws: the same for both engines, and for whoever wants to look at it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../lib/data/random';
import { takeSubset } from '../../lib/data/subset';
import { Augmenter } from '../../lib/graph';
import { crossEntropy, noAugmentation, sgd, type Augmentation } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { augmentedVersions, graphEngine, tfjsEngine, type Engine } from '../../lib/train';
import { noiseDataset } from './fixtures';

const count = 6;
/** As many classes as images, and one that no image has. */
const classes = count + 1;
const dataset = noiseDataset({ train: count, classes });
const side = 8;
const size = side * side * 3;
const stepsPerEpoch = 3;

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
    stepsPerEpoch,
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
  'crop by reflection, alternating flip and cutout': {
    crop: 3,
    padding: 'reflect',
    flip: 'alternating',
    cutout: 3,
  },
  'alternating flip alone': { crop: 0, flip: 'alternating', cutout: 0 },
  'cutout alone': { crop: 0, flip: false, cutout: 4 },
  nothing: { crop: 0, flip: false, cutout: 0 },
};

for (const [name, augmentation] of Object.entries(cases)) {
  test(`${name}: both engines train on exactly the images that augmentedVersions shows`, async () => {
    const [seed, step] = [5, 3];
    const shown = await Promise.all(
      Array.from({ length: count }, async (_, position) => {
        const options = { count, seed, step, stepsPerEpoch };
        const { images } = await augmentedVersions(dataset, position, augmentation, options);
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

type Images = ArrayLike<number>;

/** The image at a position in a batch, as bytes. */
const imageAt = (images: Images, position: number): number[] =>
  Array.from({ length: size }, (_, at) => images[position * size + at]);

/** Of one image: the pixel of each place, where each comes from another place. */
function moved(image: Images, from: (y: number, x: number) => readonly [number, number]): number[] {
  return Array.from({ length: size }, (_, at) => {
    const place = Math.floor(at / 3);
    const [y, x] = from(Math.floor(place / side), place % side);
    return image[(y * side + x) * 3 + (at % 3)];
  });
}

test('a crop by reflection is a window of the image with its mirror images around', async () => {
  const crop = 2;
  const augmentation = { ...noAugmentation, crop, padding: 'reflect' } as const;
  const versions = 200;
  const { images } = await augmentedVersions(dataset, 0, augmentation, { count: versions });
  // Written out: two pixels before the image, the image, two after it.
  const padded = [2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 6, 5];
  const shifts = Array.from({ length: (2 * crop + 1) ** 2 }, (_, i) => [i % 5, Math.floor(i / 5)] as const);
  const windows = shifts.map(([down, right]) =>
    String(moved(dataset.train.images, (y, x) => [padded[y + down], padded[x + right]])),
  );
  const found = Array.from({ length: versions }, (_, i) => String(imageAt(images, i)));
  // Each of the 25 is missing in a batch of 200 three times in ten thousand.
  assert.deepEqual([...new Set(found)].sort(), [...windows].sort());
});

describe('alternating flips', () => {
  const many = noiseDataset({ train: 400 });
  const all = Uint32Array.from({ length: many.train.count }, (_, i) => i);
  const augmentation = { ...noAugmentation, flip: 'alternating' } as const;

  /** Of each image, whether it is mirrored when batches of these sizes are taken in this order, from a step on. */
  async function mirrored(
    order: Uint32Array,
    { batch = order.length, firstStep = 0, seed = 1 } = {},
  ): Promise<boolean[]> {
    const imageShape = [side, side, 3] as const;
    const augmenter = await Augmenter.compile({
      ...{ imageShape, normalisation: null, augmentation, seed, stepsPerEpoch },
    });
    const flips: boolean[] = [];
    for (let from = 0, step = firstStep; from < order.length; from += batch, step++) {
      const indices = order.subarray(from, from + batch);
      const { images } = takeSubset(many.train, indices);
      const tensor = augmenter.batch({ images, indices }, step);
      const pixels = tensor.dataSync();
      indices.forEach((index, i) => {
        const before = imageAt(images, i);
        const after = String(imageAt(pixels, i).map((value) => Math.round(value * 255)));
        const mirror = String(moved(before, (y, x) => [y, side - 1 - x]));
        assert.ok(after === String(before) || after === mirror, `image ${index} is neither`);
        flips[index] = after === mirror;
      });
      tensor.dispose();
    }
    augmenter.dispose();
    return flips;
  }

  const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;
  // Four deviations of a share of 400 images.
  const isHalf = (value: number): boolean => Math.abs(value - 0.5) < 0.1;

  test('half of the images are mirrored in the first epoch, exactly the others in the next, and so on', async () => {
    const first = await mirrored(all);
    assert.ok(isHalf(share(first)), `${share(first)} are mirrored`);
    // Neighbours do not go together.
    assert.ok(isHalf(share(first.map((each, i) => each === first[(i + 1) % first.length]))));
    for (const [step, epoch] of [2, 3, 5, 6, 8, 9].map((each) => [each, Math.floor(each / 3)])) {
      const expected = first.map((each) => each !== (epoch % 2 === 1));
      assert.deepEqual(await mirrored(all, { firstStep: step }), expected, `step ${step}`);
    }
  });

  test('neither the order of the images nor the size of a batch matters', async () => {
    const order = new Random(3).shuffle(all.slice());
    const expected = await mirrored(all, { firstStep: 3 });
    assert.deepEqual(await mirrored(order, { firstStep: 3 }), expected);
    assert.deepEqual(await mirrored(order, { firstStep: 3, batch: 170 }), expected);
  });

  test('another seed flips other images', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map((seed) => mirrored(all, { seed })));
    for (const other of [b, c]) assert.ok(isHalf(share(a.map((each, i) => each === other[i]))));
  });

  test('versions of a later step need the length of an epoch', async () => {
    await assert.rejects(
      augmentedVersions(dataset, 0, augmentation, { step: 1 }),
      /stepsPerEpoch is undefined, .* whole number of at least 1: flips that alternate/,
    );
    const [first, second] = await Promise.all(
      [0, 1].map((step) => augmentedVersions(dataset, 0, augmentation, { step, stepsPerEpoch: 1, count: 1 })),
    );
    assert.deepEqual(
      [...second.images],
      moved(first.images, (y, x) => [y, side - 1 - x]),
    );
  });
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
