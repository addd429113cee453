import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, test } from 'node:test';
import { CIFAR10_NAME, describe, loadDataset, type LoadOptions, SAMPLE_NAME } from '../../lib/data';
import type { Surroundings } from '../../lib/data/load';
import { ProgressBar } from '../../lib/data/progress';
import type { Dataset } from '../../lib/data/types';
import { verifyCifar10 } from '../../lib/data/verify';
import { UserError } from '../../lib/runtime/errors';
import {
  classNames,
  deadHost,
  goodEntries,
  makeArchive,
  releaseOf,
  serve,
  startHost,
  temporaryFolder,
  writeBatches,
} from './fixtures';

const base = temporaryFolder();
const archive = makeArchive(goodEntries());
const root = path.resolve(__dirname, '../..');
let dataFolder: string;
let notices: string[];

beforeEach(() => {
  dataFolder = fs.mkdtempSync(path.join(base, 't-'));
  notices = [];
});

interface World {
  readonly env?: Surroundings['env'];
  readonly hosts?: readonly string[];
}

function load(options: LoadOptions, { env = {}, hosts = [] }: World = {}): Promise<Dataset> {
  const quiet: LoadOptions = { onProgress: () => undefined, onNotice: (message) => notices.push(message) };
  return loadDataset(
    { ...quiet, ...options },
    { env, dataFolder, release: releaseOf(archive, hosts), timeouts: { connectMs: 2_000, stallMs: 2_000 } },
  );
}

/** Few pictures: these tests are not about drawing. */
const few = { trainLimit: 20, testLimit: 10 };

async function assertRefused(loading: Promise<unknown>, ...parts: string[]): Promise<void> {
  await assert.rejects(loading, (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    for (const part of parts) assert.ok(error.message.includes(part), `"${part}" in: ${error.message}`);
    return true;
  });
}

test('auto takes CIFAR10_DIR before all else, and names it an unverified copy', async () => {
  const folder = writeBatches(path.join(dataFolder, 'elsewhere'));
  const dataset = await load({}, { env: { CIFAR10_DIR: folder } });
  assert.equal(dataset.name, 'CIFAR-10 (unverified copy)');
  assert.equal(dataset.source.location, folder);
  assert.deepEqual(dataset.classNames, classNames);
  assert.deepEqual(dataset.imageShape, [32, 32, 3]);
  assert.equal(
    describe(dataset),
    'CIFAR-10 (unverified copy), 100 training images and 20 test images, 10 classes, 32x32x3',
  );
});

test('CIFAR10_NAME names an unverified copy, but not as the real thing or the sample', async () => {
  const CIFAR10_DIR = writeBatches(path.join(dataFolder, 'elsewhere'));
  const named = await load({}, { env: { CIFAR10_DIR, CIFAR10_NAME: 'CIFAR-10, JPEG copy' } });
  assert.equal(named.name, 'CIFAR-10, JPEG copy');
  for (const CIFAR10_NAME of ['CIFAR-10', 'built-in sample']) {
    await assertRefused(
      load({}, { env: { CIFAR10_DIR, CIFAR10_NAME } }),
      `CIFAR10_NAME is "${CIFAR10_NAME}"`,
    );
  }
});

test('a wrong CIFAR10_DIR is an error for auto and cifar10, with or without a network', async () => {
  const host = await startHost(serve(archive));
  const env = { CIFAR10_DIR: path.join(dataFolder, 'absent') };
  for (const source of ['auto', 'cifar10']) {
    await assertRefused(load({ source }, { env, hosts: [host.url] }), `CIFAR10_DIR is "${env.CIFAR10_DIR}"`);
  }
  assert.deepEqual(host.ranges, []);
  assert.deepEqual(notices, []);
});

test('a damaged CIFAR10_DIR is an error, never the sample', async () => {
  const CIFAR10_DIR = writeBatches(path.join(dataFolder, 'elsewhere'));
  fs.truncateSync(path.join(CIFAR10_DIR, 'data_batch_2.bin'), 100);
  await assertRefused(load({}, { env: { CIFAR10_DIR } }), 'data_batch_2.bin has 100 bytes');
});

test('auto downloads what is not there, and finds it the next time', async () => {
  const host = await startHost(serve(archive));
  const first = await load({}, { hosts: [host.url] });
  assert.equal(first.name, CIFAR10_NAME);
  assert.equal(first.source.location, path.join(dataFolder, 'cifar-10-batches-bin'));
  const again = await load({ download: false });
  assert.equal(again.name, CIFAR10_NAME);
  assert.equal(again.source.digest, first.source.digest);
  assert.equal(host.ranges.length, 1);
});

test('auto without a network gives the sample, says so at once, and notes why', async () => {
  const hosts = [await deadHost(), await deadHost()];
  const dataset = await load(few, { hosts });
  assert.equal(dataset.name, SAMPLE_NAME);
  assert.equal(dataset.source.kind, 'sample');
  assert.equal(notices.length, 1);
  assert.equal(dataset.source.note, notices[0]);
  for (const url of hosts) assert.ok(notices[0].includes(`${new URL(url).host}: connection refused`));
  assert.ok(notices[0].includes('built-in sample serves instead'));
  assert.equal(dataset.classNames.includes('airplane'), false);
  assert.equal(
    describe(dataset),
    'built-in sample, 20 training images and 10 test images, 10 classes, 32x32x3',
  );
});

test('auto with downloading off gives the sample and asks no host', async () => {
  const host = await startHost(serve(archive));
  const dataset = await load({ ...few, download: false }, { hosts: [host.url] });
  assert.equal(dataset.name, SAMPLE_NAME);
  assert.ok(dataset.source.note?.includes('downloading is off'));
  assert.deepEqual(host.ranges, []);
});

test('auto does not give the sample for a wrong archive, a missing one or a full disk', async () => {
  const wrong = Buffer.from(archive);
  wrong[100] ^= 1;
  const bad = await startHost(serve(wrong));
  await assertRefused(load(few, { hosts: [bad.url] }), 'sha256');
  const missing = await startHost((_, response) => response.writeHead(404).end());
  await assertRefused(load(few, { hosts: [missing.url, await deadHost()] }), 'answered 404');
  const release = { ...releaseOf(archive, []), bytes: Number.MAX_SAFE_INTEGER };
  await assertRefused(loadDataset(few, { env: {}, dataFolder, release }), 'free disk space');
});

test('cifar10 by name never gives the sample', async () => {
  await assertRefused(load({ source: 'cifar10' }, { hosts: [await deadHost()] }), 'connection refused');
  await assertRefused(load({ source: 'cifar10', download: false }), 'downloading is off');
  await assertRefused(
    load({}, { env: { DATA_SOURCE: 'cifar10' }, hosts: [await deadHost()] }),
    'connection refused',
  );
});

test('the sample by name needs no reason', async () => {
  const dataset = await load({ source: 'sample', ...few });
  assert.equal(dataset.source.note, undefined);
  assert.deepEqual(notices, []);
});

test('DATA_SOURCE decides when the option is not given; an empty one is none', async () => {
  const env = { DATA_SOURCE: 'sample', CIFAR10_DIR: writeBatches(path.join(dataFolder, 'elsewhere')) };
  assert.equal((await load(few, { env })).name, SAMPLE_NAME);
  assert.equal((await load({ source: 'cifar10' }, { env })).source.kind, 'cifar10');
  assert.equal((await load({}, { env: { ...env, DATA_SOURCE: '' } })).source.kind, 'cifar10');
});

test('CIFAR10_MIRROR is where the download comes from', async () => {
  const mirror = await startHost(serve(archive));
  const dataset = await load({}, { env: { CIFAR10_MIRROR: mirror.url }, hosts: [await deadHost()] });
  assert.equal(dataset.name, CIFAR10_NAME);
  assert.equal(mirror.ranges.length, 1);
});

test('a folder of batch files, or its parent, is read as CIFAR-10', async () => {
  const folder = writeBatches(path.join(dataFolder, 'cifar-10-batches-bin'));
  for (const source of [folder, dataFolder]) {
    assert.equal((await load({ source })).source.location, folder);
  }
});

test('a source that is neither a word nor a folder is refused', async () => {
  await assertRefused(load({ source: 'cifar100' }), '"cifar100"', "'auto', 'cifar10', 'sample' or a folder");
});

test('limits take a stratified subset and show in the description', async () => {
  const env = { CIFAR10_DIR: writeBatches(path.join(dataFolder, 'elsewhere')) };
  const dataset = await load({ trainLimit: 50, testLimit: 20 }, { env });
  assert.equal(dataset.train.count, 50);
  for (let label = 0; label < 10; label++) {
    assert.equal(dataset.train.labels.filter((value) => value === label).length, 5);
  }
  assert.equal(
    describe(dataset),
    'CIFAR-10 (unverified copy), 50 of 100 training images and 20 test images, 10 classes, 32x32x3',
  );
  await assertRefused(load({ trainLimit: 101 }, { env }), 'trainLimit is 101', 'to 100');
  await assertRefused(load({ testLimit: 0 }, { env }), 'testLimit is 0');
  await assertRefused(load({ source: 'sample', trainLimit: 50_001 }), 'trainLimit is 50001', 'to 50,000');
});

test('the digest tells datasets apart, and the seed changes the subset', async () => {
  const env = { CIFAR10_DIR: writeBatches(path.join(dataFolder, 'elsewhere')) };
  const digest = async (options: LoadOptions): Promise<string> =>
    (await load(options, { env })).source.digest;
  const digests = [
    await digest({}),
    await digest({ trainLimit: 50 }),
    await digest({ trainLimit: 50, seed: 1 }),
    await digest({ source: 'sample', ...few }),
    await digest({ source: 'sample', ...few, seed: 1 }),
  ];
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(await digest({ trainLimit: 50 }), digests[1]);
  for (const value of digests) assert.match(value, /^[0-9a-f]{64}$/);
});

test('the digest covers every label and every pixel of both splits', async () => {
  const CIFAR10_DIR = writeBatches(path.join(dataFolder, 'elsewhere'));
  const digests = [(await load({}, { env: { CIFAR10_DIR } })).source.digest];
  for (const name of ['data_batch_5.bin', 'test_batch.bin']) {
    // The label of the first record, then its last pixel.
    for (const at of [0, 3072]) {
      const file = path.join(CIFAR10_DIR, name);
      const bytes = fs.readFileSync(file);
      bytes[at] ^= 1;
      fs.writeFileSync(file, bytes);
      digests.push((await load({}, { env: { CIFAR10_DIR } })).source.digest);
    }
  }
  assert.equal(new Set(digests).size, 5);
});

test('a seed that is no 32-bit whole number is refused', async () => {
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    await assertRefused(load({ source: 'sample', ...few, seed }), `seed is ${seed}`, '4294967295');
  }
});

test('verify says what is proved, and names every file that differs', async () => {
  const host = await startHost(serve(archive));
  const release = releaseOf(archive, [host.url]);
  await assertRefused(verifyCifar10({}, dataFolder, release), 'npm run data -- fetch');
  const { source } = await load({}, { hosts: [host.url] });
  const lines = await verifyCifar10({}, dataFolder, release);
  assert.equal(lines.filter((line) => line.startsWith('ok')).length, 8);
  assert.ok(lines.at(-1)?.includes('this is CIFAR-10'));

  for (const name of ['data_batch_1.bin', 'readme.html'])
    fs.appendFileSync(path.join(source.location, name), '.');
  await assertRefused(verifyCifar10({}, dataFolder, release), 'data_batch_1.bin (', 'readme.html (');

  const copy = writeBatches(path.join(dataFolder, 'copy'));
  const unproved = await verifyCifar10({ CIFAR10_DIR: copy }, dataFolder, release);
  assert.ok(unproved.at(-1)?.includes('nothing proves'));
});

test('the progress bar draws over itself on a terminal, and writes tenths elsewhere', () => {
  const written: string[] = [];
  const stream = (isTTY: boolean): NodeJS.WriteStream =>
    ({ isTTY, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
  const download = (bar: ProgressBar): string[] => {
    written.length = 0;
    for (let received = 0; received <= 2_000_000; received += 50_000) {
      bar.update({ url: 'http://a/b', received, total: 2_000_000 });
    }
    bar.close();
    return written;
  };
  const drawn = download(new ProgressBar(stream(true)));
  assert.match(drawn[0], /^\r\[\.{30}\] 0\.0 MB of 2\.0 MB/);
  assert.match(drawn.at(-2)!, /^\r\[#{30}\] 2\.0 MB of 2\.0 MB/);
  assert.equal(drawn.at(-1), '\n');
  const lines = download(new ProgressBar(stream(false)));
  assert.equal(lines.length, 12);
  assert.equal(lines[0], 'Downloading http://a/b (2,000,000 bytes)\n');
  assert.equal(lines[6], '50 % (1.0 MB of 2.0 MB)\n');
});

function runScript(args: readonly string[], env: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['-r', './lib/runtime/register-ts.js', 'scripts/data.ts', ...args], {
    cwd: root,
    env: { ...process.env, DATA_SOURCE: '', CIFAR10_DIR: '', ...env },
    encoding: 'utf8',
  });
}

test('npm run data: info describes, a wrong folder or command fails with the message alone', () => {
  const info = runScript(['info'], { DATA_SOURCE: 'sample' });
  assert.match(
    info.stdout,
    /^built-in sample, 10,000 training images and 2,000 test images, 10 classes, 32x32x3\n/,
  );
  assert.equal(info.status, 0);

  const wrong = runScript(['info'], { CIFAR10_DIR: '/nowhere' });
  assert.match(wrong.stderr, /^CIFAR10_DIR is "\/nowhere", [^\n]*\n$/);
  assert.equal(wrong.status, 1);

  for (const name of ['get', 'toString']) {
    const unknown = runScript([name], {});
    assert.ok(unknown.stderr.startsWith(`"${name}" is not a command.\n\nUsage:`), unknown.stderr);
    assert.equal(unknown.status, 1);
  }
  const missing = runScript([], {});
  assert.match(missing.stderr, /^A command is missing\.\n\nUsage:/);
  assert.equal(missing.status, 1);
});
