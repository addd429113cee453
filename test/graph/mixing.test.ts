/** Mixup and cutmix: how much of an image is its own, what the rest is, and what the loss and the hits become. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { takeSubset } from '../../lib/data/subset';
import { Augmenter } from '../../lib/graph';
import { betaOf, betaQuantiles } from '../../lib/graph/beta';
import { Draws } from '../../lib/graph/draws';
import { Graph } from '../../lib/graph/graph';
import { packImages, packedSize, trainingImages } from '../../lib/graph/input';
import { placeholder } from '../../lib/graph/ops/constant';
import { Session } from '../../lib/graph/session';
import { noAugmentation, type Augmentation } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { augmentedVersions, tfjsEngine, train } from '../../lib/train';
import { noiseDataset, smallModel } from '../train/fixtures';
import { compile, examples, imageShape, imageSize, indices, smallModel as graphModel } from './fixtures';

/** The distribution functions of Beta(alpha, alpha) that are elementary. */
const distributions: readonly (readonly [number, (x: number) => number])[] = [
  [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  [1, (x) => x],
  [2, (x) => x * x * (3 - 2 * x)],
  [3, (x) => x ** 3 * (10 - 15 * x + 6 * x * x)],
];

describe('how much of an image is its own', () => {
  for (const [alpha, distribution] of distributions) {
    test(`quantiles of Beta(${alpha}, ${alpha})`, () => {
      betaQuantiles(alpha, 200).forEach((x, i) => {
        assert.ok(Math.abs(distribution(x) - i / 200) < 1e-4, `quantile ${i} of 200 is ${x}`);
      });
    });
  }

  test('quantiles for any alpha: from 0 to 1, symmetric, with the variance 1 / (4 (2 alpha + 1))', () => {
    for (const alpha of [1e-3, 0.1, 0.2, 0.8, 1.5, 20, 1000, 1e6]) {
      const count = 20_000;
      const quantiles = betaQuantiles(alpha, count);
      assert.equal(quantiles.length, count + 1);
      assert.ok(quantiles.every((x, i) => x >= (quantiles[i - 1] ?? 0) && x <= 1));
      assert.ok(quantiles.every((x, i) => Math.abs(x + quantiles[count - i] - 1) < 1e-12));
      const inner = quantiles.slice(1, -1);
      const variance = inner.reduce((total, x) => total + (x - 0.5) ** 2, 0) / inner.length;
      const expected = 1 / (4 * (2 * alpha + 1));
      assert.ok(Math.abs(variance / expected - 1) < 0.01, `${alpha}: ${variance}, not ${expected}`);
    }
  });

  test('what the graph draws has the distribution', async () => {
    const count = 20_000;
    const graph = new Graph();
    const images = placeholder(graph, 'images', 'float32', [null]);
    const step = placeholder(graph, 'step', 'int32', []);
    const draws = new Draws(images, step, 1);
    graph.offer('draw', {
      inputs: [images, step],
      outputs: distributions.map(([alpha]) => betaOf(draws.uniform(), alpha)),
    });
    const session = await Session.load(graph);
    const drawn = tf.tidy(() =>
      session.run('draw', [tf.zeros([count]), tf.scalar(3, 'int32')]).map((each) => each.dataSync()),
    );
    session.dispose();
    distributions.forEach(([alpha, distribution], i) => {
      // Kolmogorov and Smirnov: beyond 1.95 / √n one time in a thousand.
      const sorted = Array.from(drawn[i]).sort((a, b) => a - b);
      const distance = Math.max(...sorted.map((x, at) => Math.abs(distribution(x) - (at + 0.5) / count)));
      assert.ok(distance < 1.95 / Math.sqrt(count), `Beta(${alpha}, ${alpha}) is off by ${distance}`);
    });
  });
});

interface Batch {
  readonly images: Float32Array;
  /** The share of each image that is its own. */
  readonly own: Float32Array;
}

async function mixedBatch(augmentation: Augmentation, count: number, step = 0): Promise<Batch> {
  const [batch] = await mixedBatches(augmentation, count, [step]);
  return batch;
}

/** Batches as training takes them in the given steps. */
async function mixedBatches(
  augmentation: Augmentation,
  count: number,
  steps: readonly number[],
): Promise<Batch[]> {
  const graph = new Graph();
  const packed = placeholder(graph, 'packed', 'int32', [null, packedSize(imageShape)]);
  const number = placeholder(graph, 'step', 'int32', []);
  const places = placeholder(graph, 'places', 'int32', [null]);
  const { images, own } = trainingImages(
    { packed, indices: places },
    { imageShape, normalisation: null, augmentation, seed: 5 },
    number,
  );
  assert.ok(own);
  graph.offer('mix', { inputs: [packed, number], outputs: [images, own] });
  const session = await Session.load(graph);
  const data = packImages(examples(count).images, count, imageShape);
  const batches = steps.map((step) =>
    tf.tidy(() => {
      const feeds = [tf.tensor2d(data, [count, packedSize(imageShape)], 'int32'), tf.scalar(step, 'int32')];
      const [pixels, shares] = session.run('mix', feeds).map((each) => each.dataSync() as Float32Array);
      return { images: pixels, own: shares };
    }),
  );
  session.dispose();
  return batches;
}

const count = 40;
const { images: bytes } = examples(count);
const pixel = (image: number, at: number): number => bytes[(image % count) * imageSize + at] / 255;
const [height, width, channels] = imageShape;

/** Which pixels of a mixed image are its partner's; fails for a pixel that is neither's. */
function pasted(images: Float32Array, image: number): boolean[] {
  return Array.from({ length: height * width }, (_, place) => {
    const from = [image, image + 1].filter((each) =>
      Array.from({ length: channels }, (_unused, c) => place * channels + c).every(
        (at) => Math.abs(images[image * imageSize + at] - pixel(each, at)) < 1e-6,
      ),
    );
    assert.equal(from.length, 1, `pixel ${place} of image ${image}`);
    return from[0] !== image;
  });
}

test('mixup: each image is the given share of itself and the rest of the next one', async () => {
  const { images, own } = await mixedBatch({ ...noAugmentation, mixup: 1 }, count);
  images.forEach((value, i) => {
    const [image, at] = [Math.floor(i / imageSize), i % imageSize];
    const expected = own[image] * pixel(image, at) + (1 - own[image]) * pixel(image + 1, at);
    assert.ok(Math.abs(value - expected) < 1e-6, `image ${image}, value ${at}`);
  });
  assert.ok(new Set(own).size > count / 2, 'one draw for each image');
});

test('cutmix: each image has a rectangle of the next one, and the share of its own pixels', async () => {
  const { images, own } = await mixedBatch({ ...noAugmentation, cutmix: 1 }, count);
  const sizes = new Set<string>();
  for (let image = 0; image < count; image++) {
    const inside = pasted(images, image);
    const places = inside.flatMap((is, place) => (is ? [place] : []));
    assert.ok(Math.abs(own[image] - (1 - places.length / inside.length)) < 1e-6, `share of image ${image}`);
    if (places.length === 0) continue;
    const rows = places.map((place) => Math.floor(place / width));
    const columns = places.map((place) => place % width);
    const [tall, wide] = [rows, columns].map((all) => Math.max(...all) - Math.min(...all) + 1);
    assert.equal(tall * wide, places.length, `no rectangle in image ${image}`);
    sizes.add(`${tall}×${wide}`);
  }
  assert.ok(sizes.size > 5, [...sizes].join());
});

test('cutmix: the share that the rectangle covers is, before it is cut off at the border, that of the draw', async () => {
  // Beta(1e6, 1e6) is 1/2: sides of √(1/2) of the image's, here twice ⌊2.83⌋ pixels.
  const { images } = await mixedBatch({ ...noAugmentation, cutmix: 1e6 }, count);
  const covered = Array.from({ length: count }, (_, image) => pasted(images, image).filter(Boolean).length);
  assert.equal(Math.max(...covered), 16);
  // A centre in the corner leaves half of each side.
  assert.ok(Math.min(...covered) >= 4);
});

test('both: one of the two is drawn for each batch', async () => {
  const kinds = new Set<string>();
  const steps = [...Array(8).keys()];
  const batches = await mixedBatches({ ...noAugmentation, mixup: 1, cutmix: 1 }, count, steps);
  for (const { images, own } of batches) {
    const apart = (image: number): boolean => {
      try {
        pasted(images, image);
        return true;
      } catch {
        return false;
      }
    };
    // Where next to nothing of the partner is seen, the two cannot be told apart.
    const clear = Array.from({ length: count }, (_, image) => image).filter(
      (image) => Math.abs(own[image] - 0.5) < 0.4,
    );
    const cut = clear.filter(apart).length;
    assert.ok(cut === 0 || cut === clear.length, `${cut} of ${clear.length}`);
    kinds.add(cut === 0 ? 'mixup' : 'cutmix');
  }
  assert.equal(kinds.size, 2);
});

for (const augmentation of [
  { ...noAugmentation, mixup: 0.6 },
  { crop: 2, flip: true, cutout: 3, cutmix: 1 },
] satisfies Augmentation[]) {
  test(`the loss and the hits are mixed as the images: ${JSON.stringify(augmentation)}`, async () => {
    const counts = Float32Array.from({ length: count }, (_, i) => (i % 4) / 2);
    const data = { ...examples(count), weights: counts };
    const model = graphModel();
    const [step, seed] = [4, 5];
    const trainer = await compile(model, data, { augmentation, seed, loss: squared });
    const { loss } = trainer.gradients(indices(0, count), step);
    trainer.step(indices(0, count), step, 0);
    const { first, loss: summed } = trainer.totals();
    trainer.dispose();

    const augmenter = await Augmenter.compile({ imageShape, normalisation: null, augmentation, seed });
    const { own } = await mixedBatch(augmentation, count, step);
    const [expectedLoss, expectedHits] = tf.tidy(() => {
      const batch = augmenter.batch({ images: data.images, indices: indices(0, count) }, step);
      const output = model.apply(batch, { training: true }) as tf.Tensor;
      const labels = tf.tensor1d(Int32Array.from(data.labels), 'int32');
      const partners = tf.concat([labels.slice(1), labels.slice(0, 1)]);
      const share = tf.tensor1d(own);
      const weights = tf.tensor1d(counts);
      const partnersWeights = tf.concat([weights.slice(1), weights.slice(0, 1)]);
      const over = (measure: (classes: tf.Tensor, weight: tf.Tensor) => tf.Tensor): tf.Tensor =>
        share.mul(measure(labels, weights)).add(tf.sub(1, share).mul(measure(partners, partnersWeights)));
      const lossFor = (classes: tf.Tensor, weight: tf.Tensor): tf.Tensor =>
        tf.losses
          .meanSquaredError(tf.oneHot(classes as tf.Tensor1D, 3), output, undefined, tf.Reduction.NONE)
          .mean(1)
          .mul(weight);
      const hits = (classes: tf.Tensor): tf.Tensor => output.argMax(1).equal(classes).cast('float32');
      return [over(lossFor).mean().dataSync()[0], over(hits).sum().dataSync()[0]];
    });
    augmenter.dispose();
    model.dispose();
    close(loss, expectedLoss);
    close(summed / count, expectedLoss);
    close(first, expectedHits);
    assert.ok(first % 1 !== 0, 'no image was mixed');
  });
}

const squared = { kind: 'meanSquaredError' } as const;

function close(found: number, expected: number): void {
  assert.ok(Math.abs(found / expected - 1) < 1e-5, `${found}, not ${expected}`);
}

test('a batch of one image is left as it is', async () => {
  const { images } = await mixedBatch({ ...noAugmentation, mixup: 1 }, 1);
  images.forEach((value, at) => {
    assert.ok(Math.abs(value - examples(1).images[at] / 255) < 1e-6);
  });
});

test('pictures show each version mixed with another training image', async () => {
  const dataset = noiseDataset({ train: 30 });
  const versions = await augmentedVersions(
    dataset,
    2,
    { ...noAugmentation, cutmix: 1 },
    { count: 12, seed: 3 },
  );
  const image = takeSubset(dataset.train, Uint32Array.of(2)).images;
  const shares = Array.from({ length: 12 }, (_, version) => {
    const shown = versions.images.subarray(version * image.length, (version + 1) * image.length);
    return shown.filter((value, at) => value === image[at]).length / image.length;
  });
  assert.ok(Math.min(...shares) < 0.7 && Math.max(...shares) > 0.7, shares.join());
});

test('the tfjs engine refuses both by name', async () => {
  const model = smallModel();
  for (const name of ['mixup', 'cutmix'] as const) {
    const augmentation = { ...noAugmentation, [name]: 0.5 };
    await assert.rejects(
      train(model, noiseDataset(), { engine: tfjsEngine, augmentation }),
      new RegExp(`The engine "tfjs" has no ${name} \\(it is 0.5\\)`),
    );
  }
  model.dispose();
});
