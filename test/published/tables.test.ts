/** What is shown of published results: by themselves, beside one's own, in the README and in the report. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { publishedResults, type PublishedRecord } from '../../lib/published';
import { writeRecord } from '../../lib/published/record-file';
import { bestResult } from '../../lib/published/results';
import { undisturbedSeconds } from '../../lib/published/undisturbed';
import { writeReport } from '../../lib/report';
import type { EpochRow } from '../../lib/runs';
import { projectRoot, registerTs } from '../../lib/runtime/paths';
import { besideTable, publishedTable } from '../../lib/show/published';
import { tableText } from '../../lib/show/table';
import { readmeTable, readmeWith } from '../../scripts/published/readme';
import { writeRun } from '../report/fixtures';
import { row } from '../show/fixtures';
import { says, temporaryFolder } from '../train/fixtures';
import { madeUpRecord } from './fixtures';

const vgg = { name: 'vgg16', title: 'VGG16', parameters: 15_262_026, multiplyAdds: 313_725_952 };
const files = {
  'model.json': { bytes: 100_000, sha256: '' },
  'weights.bin': { bytes: 15_300_000, sha256: '' },
};
const { test: measured } = madeUpRecord({ accuracy: 0.9 });
const records = [
  madeUpRecord({ accuracy: 0.5, seed: 1 }),
  madeUpRecord({ accuracy: 0.6, seed: 2, seconds: 120 }),
  madeUpRecord({ accuracy: 0.7, recipeName: 'best', seconds: 900 }),
  madeUpRecord({
    ...{ network: vgg, recipeName: 'best', accuracy: 0.91, seconds: 5400 },
    weights: { kernels: 'uint8', files, test: measured, pictures: { sha256: '', probabilities: [] } },
  }),
];
const results = publishedResults(records);

test('a row for each network and recipe: mean over seeds, the shortest time, and the weights by themselves', () => {
  const [caption, , , ...rows] = tableText(publishedTable(results)).split('\n');
  assert.equal(caption, 'Published results · CIFAR-10 · a processor');
  assert.match(rows[0], /^LeNet-5 +seed +62,006 +651,720 +55\.0 ± 7\.1 % +2 +3 +1:00 +0\.36\d* +–$/);
  assert.match(rows[1], /^LeNet-5 +best .* 70\.0 % +1 +3 +15:00 +0\.36\d* +–$/);
  assert.match(rows[2], /^VGG16 +best .* 91\.0 % +1 +3 +1:30:00 +0\.36\d* +uint8, 15\.4 MB, 90\.0 %$/);
  assert.equal(bestResult(results, 'lenet5')?.recipeName, 'best');
  assert.equal(bestResult(results, 'resnet18'), undefined);
});

test('the time is that of an undisturbed run: the fastest epoch counts, for each size of images by itself', () => {
  const { history } = madeUpRecord();
  const epoch = (seconds: number, imagesPerSecond: number, side?: number): EpochRow =>
    row(1, { seconds, imagesPerSecond, ...(side !== undefined && { side }) });
  // 1,000 images each; small ones at 400 and 500 a second, large ones at 100 and, disturbed, at 20.
  const epochs = [epoch(2.5, 400, 16), epoch(2, 500, 16), epoch(10, 100), epoch(50, 20)];
  assert.equal(undisturbedSeconds({ history: { ...history, epochs } }), 2 + 2 + 10 + 10);
});

test('what several views bring stands beside what the image alone does, where every seed has it', () => {
  const seen = (seed: number, accuracy: number): PublishedRecord => {
    const record = madeUpRecord({ seed, accuracy });
    return {
      ...record,
      test: { ...record.test, views: { ...record.test, name: 'mirror', accuracy: accuracy + 0.02 } },
    };
  };
  const both = publishedResults([seen(1, 0.5), seen(2, 0.5)]);
  assert.match(tableText(publishedTable(both)), /50\.0 ± 0\.0 % +52\.0 ± 0\.0 % \(mirror\) +2 /);
  assert.match(readmeTable([seen(1, 0.5)]), /\| 50\.0 % \(1\) \| 52\.0 % \(mirror\) \| 1\.0 \|/);
  assert.equal(publishedResults([seen(1, 0.5), madeUpRecord({ seed: 2 })])[0].views, undefined);
});

test('a time says what it was trained in, if that was not float32, and is that of the fastest seed', () => {
  const halved = madeUpRecord({ seed: 2, seconds: 30 });
  const shorter: PublishedRecord = {
    ...halved,
    recipe: { ...halved.recipe, precision: 'mixed_bfloat16' },
  };
  const [both] = publishedResults([madeUpRecord({ seed: 1 }), shorter]);
  assert.match(tableText(publishedTable([both])), / 0:30 \(bfloat16\) /);
  assert.match(readmeTable([madeUpRecord({ seed: 1 }), shorter]), /\| 0\.5 \(bfloat16\) \|/);
  const slower = { ...shorter, history: madeUpRecord({ seconds: 600 }).history };
  assert.match(readmeTable([madeUpRecord({ seed: 1 }), slower]), /\| 1\.0 \|/);
});

test('results on other images are results of their own', () => {
  const other = madeUpRecord({ accuracy: 0.4, seed: 3, data: { name: 'another', digest: 'another' } });
  const all = publishedResults([...records, other]);
  assert.deepEqual(
    all.map(({ dataset, records: seeds }) => `${dataset.name} ${seeds.length}`),
    ['CIFAR-10 2', 'CIFAR-10 1', 'CIFAR-10 1', 'another 1'],
  );
});

test("beside one's own results, every number says whose it is and on which images", () => {
  const own = { depth: 16, receptiveField: 212, parameters: 1, multiplyAdds: 1, dataset: 'built-in sample' };
  const table = besideTable(
    [
      { ...own, network: 'VGG16, width 0.25', accuracy: 0.951, deviation: 0.002 },
      { ...own, network: 'ResNet18', accuracy: 0.96 },
    ],
    results,
  );
  assert.deepEqual(
    table.columns.map(({ label }) => label),
    ['published', 'recipe', 'on', 'network here', 'accuracy here', 'on '],
  );
  assert.deepEqual(table.rows, [
    ['91.0 %', 'best', 'CIFAR-10, 50,000 images', 'VGG16, width 0.25', '95.1 ± 0.2 %', 'built-in sample'],
    ['–', '–', '–', 'ResNet18', '96.0 %', 'built-in sample'],
  ]);
});

test('the table of the README has every network, with dashes where nothing is published', () => {
  const rows = readmeTable(records).split('\n');
  const row = (title: string): string | undefined => rows.find((line) => line.startsWith(`| ${title} |`));
  assert.match(
    row('LeNet-5') ?? '',
    /^\| LeNet-5 \| 62,006 \| 0\.7 M \| 70\.0 % \(1\) \| – \| 15 \| `best` \| /,
  );
  assert.match(
    row('VGG16') ?? '',
    /^\| VGG16 \| 15,262,026 \| 314 M \| 91\.0 % \(1\) \| – \| 90 \| `best` \| /,
  );
  assert.match(row('ResNet18') ?? '', /^\| ResNet18 \| 11,183,562 \| 555 M \| – \| – \| – \| – \| /);
  const page = 'a\n<!-- published results -->\nold\n<!-- end of published results -->\nb\n';
  assert.equal(
    readmeWith('new', page),
    'a\n<!-- published results -->\n\nnew\n\n<!-- end of published results -->\nb\n',
  );
  assert.throws(() => readmeWith('new', 'a page'), says(/README\.md has no/));
});

test('the report has them in a section of their own, beside the best run on the same images', async () => {
  const [outDir, publishedDir] = [
    temporaryFolder('published-report-'),
    temporaryFolder('published-records-'),
  ];
  const runsDir = path.join(outDir, 'runs');
  for (const record of records) await writeRecord(record, publishedDir);
  const same = madeUpRecord({
    ...{ network: vgg, accuracy: 0.77, recipeName: 'modern' },
    data: { name: 'built-in sample', digest: 'built-in sample-5000' },
  });
  await writeRecord(same, publishedDir);
  writeRun(runsDir, 'own', { title: 'VGG16', label: 'VGG16, width 0.25', test: 0.42 });
  const page = fs.readFileSync(await writeReport({ outDir, runsDir, publishedDir }), 'utf8');
  const [, section] = /<section id="published">([^]*?)<\/section>/.exec(page) ?? [];
  const rows = [...section.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row]) =>
    row
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  const row = (start: string): string => rows.find((each) => each.startsWith(start)) ?? '';
  assert.match(
    row('VGG16 modern'),
    /77\.0 % 1 1:00 built-in sample, 50,000 images 42\.0 % VGG16, width 0\.25$/,
  );
  assert.match(row('VGG16 best'), /91\.0 % 1 1:30:00 CIFAR-10, 50,000 images – –$/);
  assert.match(page, /<a href="#published">Published results<\/a>/);
  // The table of one's own runs knows nothing of them.
  assert.ok(!page.replace(section, '').includes('91.0 %'));
});

test('npm run results -- --published prints the committed records, without TensorFlow', () => {
  const script = path.join(projectRoot, 'scripts', 'results.ts');
  const program = `
    process.argv = [process.argv[0], ${JSON.stringify(script)}, '--published'];
    require(${JSON.stringify(script)});
    process.on('exit', () => {
      if (Object.keys(require.cache).some((name) => name.includes('tfjs-node'))) console.log('TENSORFLOW');
    });`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-r', registerTs, '-e', program], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^(Published results|Nothing is published)/);
  assert.ok(!stdout.includes('TENSORFLOW'));
});
