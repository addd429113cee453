/** What is committed in outputs/published holds: on this machine, with this TensorFlow. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { loadDataset } from '../../lib/data/load';
import { allIndices, takeSubset } from '../../lib/data/subset';
import { evaluate } from '../../lib/evaluate';
import { pretrained, publishedRecords, publishedResults } from '../../lib/published';
import { testDigest } from '../../lib/published/images';
import { probabilitiesFor, readPictures } from '../../lib/published/pictures';
import { recordsWithWeights } from '../../lib/published/pretrained';
import { predictionsOf } from '../../lib/published/record';
import { recordFile } from '../../lib/published/record-file';
import { bestResult } from '../../lib/published/results';
import { outputsDir, projectRoot } from '../../lib/runtime/paths';
import { readme, readmeTable, readmeWith } from '../../scripts/published/readme';
import { silent } from './fixtures';

const records = publishedRecords();
const published = recordsWithWeights();

test('the table in README.md is what the records give', () => {
  assert.equal(readme(), readmeWith(readmeTable(records)), '`npm run published -- readme` writes it again');
});

test('git keeps the published results, and nothing else of outputs', () => {
  const ignored = (file: string): boolean => {
    const place = path.join(outputsDir, file);
    return spawnSync('git', ['check-ignore', '-q', place], { cwd: projectRoot }).status === 0;
  };
  const files = [
    'published/pictures.bin',
    'published/vgg16/best-seed1.json',
    'published/vgg16/weights-0.bin',
  ];
  assert.deepEqual(files.map(ignored), [false, false, false]);
  assert.deepEqual(['runs/a/run.json', 'export/a.ipynb', 'report/index.html'].map(ignored), [
    true,
    true,
    true,
  ]);
});

test('records are where their names say, and their accuracies follow from their counts', () => {
  for (const record of records) {
    const { name, test: measured, dataset } = record;
    assert.equal(
      name,
      path
        .relative(path.join(outputsDir, 'published'), recordFile(record))
        .replace(/\/|\.json/g, (part) => (part === '/' ? '-' : '')),
    );
    const right = measured.confusion.reduce((total, row, i) => total + row[i], 0);
    assert.ok(Math.abs(right / dataset.testImages - measured.accuracy) < 1e-9, name);
    // Each prediction is one of its column.
    const called = new Array<number>(dataset.classNames.length).fill(0);
    for (const predicted of predictionsOf(measured)) called[predicted]++;
    assert.deepEqual(
      called,
      called.map((_, i) => measured.confusion.reduce((total, row) => total + row[i], 0)),
      name,
    );
  }
});

test('weights are those of the first seed of the best recipe, in 45 MB at most', () => {
  const bytes = published.flatMap(({ weights }) => Object.values(weights.files).map((file) => file.bytes));
  assert.ok(bytes.reduce((total, each) => total + each, 0) <= 45e6);
  const results = publishedResults(records);
  for (const { network, name } of published)
    assert.equal(bestResult(results, network.name)?.records[0].name, name);
});

/**
 * Float32 sums come out different from one CPU to another, in their sixth digit or so, and what is different grows from
 * layer to layer.
 */
const tolerance = 1e-4;

describe(
  'published networks',
  { skip: published.length === 0 ? 'nothing is published so far' : false },
  () => {
    for (const { network, weights } of published) {
      test(`${network.title} gives the stored probabilities for the twenty pictures`, async () => {
        const pictures = readPictures();
        assert.equal(pictures.sha256, weights.pictures.sha256);
        const model = await pretrained(network.name, { onNotice: silent });
        const here = probabilitiesFor(model, pictures).flat();
        const there = weights.pictures.probabilities.flat();
        assert.equal(here.length, there.length);
        const furthest = Math.max(...here.map((value, i) => Math.abs(value - there[i])));
        assert.ok(furthest < tolerance, `${furthest} from the record`);
        model.dispose();
      });
    }
  },
);

const place = process.env.CIFAR10_DIR ?? '';
const why =
  published.length === 0 ? 'nothing is published so far' : place === '' ? 'CIFAR10_DIR is not set' : false;

/** Networks above this size take a minute or more for all test images, so here they are given a tenth of them. */
const largeMultiplyAdds = 50e6;

describe('on the test images of CIFAR-10', { skip: why }, () => {
  for (const { network, dataset: of, weights } of published) {
    const isLarge = network.multiplyAdds > largeMultiplyAdds && process.env.PUBLISHED !== 'full';
    const which = isLarge ? 'every tenth image (PUBLISHED=full: all)' : 'every image';
    test(`${network.title} gives the recorded answer for ${which}`, async (t) => {
      const dataset = await loadDataset({ source: 'cifar10', trainLimit: 10 });
      if (testDigest(dataset) !== of.testDigest) {
        t.skip(`CIFAR10_DIR has other test images than the record, which are ${of.name}`);
        return;
      }
      const indices = allIndices(of.testImages).filter((image) => !isLarge || image % 10 === 0);
      const model = await pretrained(network.name, { onNotice: silent });
      const { accuracy, predictions } = await evaluate(model, {
        ...dataset,
        test: takeSubset(dataset.test, indices),
      });
      const recorded = predictionsOf(weights.test);
      const different = [...indices].filter((image, i) => predictions[i] !== recorded[image]);
      assert.deepEqual(different, [], 'these images get another answer than in the record');
      if (!isLarge) assert.equal(accuracy, weights.test.accuracy);
      model.dispose();
    });
  }
});
