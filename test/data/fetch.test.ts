import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, test } from 'node:test';
import { readCifar10 } from '../../lib/data/cifar10';
import { NetworkUnreachableError, type Progress } from '../../lib/data/download';
import { fetchCifar10, type FetchOptions } from '../../lib/data/fetch';
import type { Cifar10Release } from '../../lib/data/release';
import { UserError } from '../../lib/runtime/errors';
import {
  deadHost,
  goodEntries,
  makeArchive,
  recordsPerFile,
  releaseOf,
  serve,
  startHost,
  temporaryFolder,
  withoutPermission,
} from './fixtures';

const base = temporaryFolder();
const archive = makeArchive(goodEntries());
const half = Math.floor(archive.length / 2);
const timeouts = { connectMs: 2_000, stallMs: 2_000 };
const BATCHES = 'cifar-10-batches-bin';
const PART = 'small.tar.gz.part';
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(base, 't-'));
});

function fetchFrom(hosts: readonly string[], more: FetchOptions = {}): Promise<string> {
  return fetchCifar10({ folder, release: releaseOf(archive, hosts), timeouts, ...more });
}

/** What a download that was cut off leaves. */
function leavePart(bytes: Buffer): void {
  fs.writeFileSync(path.join(folder, PART), bytes);
}

function partSize(): number {
  return fs.statSync(path.join(folder, PART)).size;
}

/** Asserts that the dataset is whole, proved, and alone in the folder. */
async function assertComplete(release: Cifar10Release = releaseOf(archive, [])): Promise<void> {
  assert.deepEqual(fs.readdirSync(folder), [BATCHES]);
  const read = await readCifar10(path.join(folder, BATCHES), release);
  assert.equal(read.verified, true);
  assert.equal(read.train.count, 5 * recordsPerFile);
}

/** Asserts that fetching fails with a message that has all of `parts`, and returns the error. */
async function assertFails(fetching: Promise<unknown>, ...parts: string[]): Promise<UserError> {
  const error: unknown = await fetching.then(
    () => assert.fail('did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  for (const part of parts) assert.ok(error.message.includes(part), `"${part}" in: ${error.message}`);
  assert.equal(fs.existsSync(path.join(folder, BATCHES)), false);
  return error;
}

const portOf = (url: string): string => new URL(url).host;

test('a fresh download is unpacked and leaves nothing else', async () => {
  const host = await startHost(serve(archive));
  const seen: Progress[] = [];
  const place = await fetchFrom([host.url], { onProgress: (progress) => seen.push(progress) });
  assert.equal(place, path.join(folder, BATCHES));
  await assertComplete();
  assert.deepEqual(host.ranges, ['']);
  assert.equal(seen[0].received, 0);
  assert.deepEqual(seen.at(-1), {
    url: `${host.url}small.tar.gz`,
    received: archive.length,
    total: archive.length,
  });
  for (let i = 1; i < seen.length; i++) assert.ok(seen[i].received > seen[i - 1].received);
});

test('what is there is not fetched again', async () => {
  await fetchFrom([(await startHost(serve(archive))).url]);
  await fetchFrom([await deadHost()]);
  await assertComplete();
});

test('a partial file is continued where it ends', async () => {
  leavePart(archive.subarray(0, half));
  const host = await startHost(serve(archive));
  const seen: Progress[] = [];
  await fetchFrom([host.url], { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(host.ranges, [`bytes=${half}-`]);
  assert.equal(seen[0].received, half);
  await assertComplete();
});

test('a partial file that is complete needs no host', async () => {
  leavePart(archive);
  await fetchFrom([await deadHost()]);
  await assertComplete();
});

test('a partial file longer than the archive is thrown away', async () => {
  leavePart(Buffer.concat([archive, Buffer.of(1)]));
  const host = await startHost(serve(archive));
  await fetchFrom([host.url]);
  assert.deepEqual(host.ranges, ['']);
  await assertComplete();
});

test('a host without ranges sends the whole file, and the partial one is replaced', async () => {
  leavePart(Buffer.alloc(half, 7));
  const host = await startHost((_, response) => response.end(archive));
  await fetchFrom([host.url]);
  assert.deepEqual(host.ranges, [`bytes=${half}-`]);
  await assertComplete();
});

test('a host that answers with another range is passed over', async () => {
  leavePart(archive.subarray(0, half));
  const odd = await startHost((_, response) => {
    response.writeHead(206, { 'content-range': `bytes 0-${archive.length - 1}/${archive.length}` });
    response.end(archive);
  });
  const good = await startHost(serve(archive));
  await assertFails(
    fetchFrom([odd.url]),
    `answered with the range "bytes 0-${archive.length - 1}/${archive.length}"`,
    `expected "bytes ${half}-`,
  );
  await fetchFrom([odd.url, good.url]);
  assert.deepEqual(good.ranges, [`bytes=${half}-`]);
  await assertComplete();
});

test('a connection that breaks off is continued with the same host', async () => {
  const third = Math.ceil(archive.length / 3);
  const host = await startHost(serve(archive, third));
  await fetchFrom([host.url]);
  assert.deepEqual(host.ranges, ['', `bytes=${third}-`, `bytes=${2 * third}-`]);
  await assertComplete();
});

test('a wrong byte is found, the file removed, and the next run starts afresh', async () => {
  const wrong = Buffer.from(archive);
  wrong[half] ^= 1;
  const bad = await startHost(serve(wrong));
  await assertFails(fetchFrom([bad.url]), releaseOf(wrong, []).sha256, releaseOf(archive, []).sha256);
  assert.deepEqual(fs.readdirSync(folder), []);
  const good = await startHost(serve(archive));
  await fetchFrom([good.url]);
  assert.deepEqual(good.ranges, ['']);
  await assertComplete();
});

test('a wrong byte in a partial file is found', async () => {
  const wrong = Buffer.from(archive.subarray(0, half));
  wrong[10] ^= 1;
  leavePart(wrong);
  await assertFails(fetchFrom([(await startHost(serve(archive))).url]), 'sha256');
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a host that always breaks off leaves what came, and the error says so', async () => {
  let served = 0;
  const host = await startHost((request, response) => {
    // The first request gets half of the file, later ones nothing.
    serve(archive, served++ === 0 ? half : 0)(request, response);
  });
  const error = await assertFails(
    fetchFrom([host.url]),
    portOf(host.url),
    'broke off',
    `${half.toLocaleString('en-US')} of ${archive.length.toLocaleString('en-US')} bytes`,
    'run it again to continue',
  );
  assert.ok(!(error instanceof NetworkUnreachableError));
  assert.equal(partSize(), half);
});

test('a host that goes away in the middle does not count as unreachable', async () => {
  let served = 0;
  const host = await startHost((request, response) => {
    if (served++ === 0) serve(archive, half)(request, response);
    else request.socket.destroy();
  });
  const error = await assertFails(fetchFrom([host.url, await deadHost()]), 'broke off', 'connection refused');
  assert.ok(!(error instanceof NetworkUnreachableError));
});

test('a file of another size is refused before it is fetched', async () => {
  const host = await startHost(serve(archive.subarray(0, half)));
  await assertFails(fetchFrom([host.url]), `has ${half.toLocaleString('en-US')} bytes`);
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a host that sends too much without saying so is refused, and what it sent dropped', async () => {
  const host = await startHost((_, response) => {
    response.write(archive);
    // Apart, so that the archive is written before the rest comes.
    setTimeout(() => response.end('and more'), 100);
  });
  await assertFails(fetchFrom([host.url]), 'more than the expected');
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a host that ends early without having said a length broke off', async () => {
  const host = await startHost((_, response) => {
    response.write(archive.subarray(0, half));
    response.end();
  });
  await assertFails(fetchFrom([host.url]), `broke off after ${half.toLocaleString('en-US')} of`);
});

test('a page in place of the file, sent without a length, spoils nothing', async () => {
  leavePart(archive.subarray(0, half));
  const portal = await startHost((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.write('<html>');
    response.end('Sign in first</html>');
  });
  const good = await startHost(serve(archive));
  await fetchFrom([good.url], { mirror: portal.url });
  assert.deepEqual(good.ranges, [`bytes=${half}-`], 'goes on with what was there');
  await assertComplete();
});

test('a page in place of the file is refused, and nothing of it is kept', async () => {
  const portal = await startHost((_, response) => {
    response.write('<html>');
    response.end('Sign in first</html>');
  });
  await assertFails(fetchFrom([portal.url]), 'broke off after 26 of');
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a whole file without a length is taken', async () => {
  leavePart(Buffer.alloc(half, 7));
  const host = await startHost((_, response) => {
    response.write(archive.subarray(0, half));
    response.end(archive.subarray(half));
  });
  await fetchFrom([host.url]);
  await assertComplete();
});

test('a host that trickles is given up, and the next one goes on from there', async () => {
  const trickle = await startHost((_, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    let sent = 0;
    const timer = setInterval(() => response.write(archive.subarray(sent, ++sent)), 20);
    response.on('close', () => {
      clearInterval(timer);
    });
  });
  const good = await startHost(serve(archive));
  const slow = { connectMs: 2_000, stallMs: 300, stallBytes: 100 };
  await fetchFrom([trickle.url, good.url], { timeouts: slow });
  assert.match(good.ranges[0], /^bytes=\d+-$/);
  await assertComplete();
  assert.ok(trickle.ranges.length > 1, 'asked again for the rest');
});

test('what a slow host sent is said', async () => {
  const trickle = await startHost((_, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 5));
  });
  const slow = { connectMs: 2_000, stallMs: 200, stallBytes: 100 };
  await assertFails(fetchFrom([trickle.url], { timeouts: slow }), 'only 5 bytes came in 0.2 s');
});

test('a clock that is set back or forth during a download changes nothing', async () => {
  const host = await startHost(serve(archive, half));
  const now = Date.now;
  let day = 0;
  // Another day at each look, now later, now earlier.
  Date.now = () => now() + 86_400_000 * (day++ % 2 === 0 ? 1 : -1);
  try {
    await fetchFrom([host.url]);
  } finally {
    Date.now = now;
  }
  await assertComplete();
});

test('a file labelled as compressed on the way is refused: it would arrive unpacked', async () => {
  const host = await startHost((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(archive);
  });
  await assertFails(fetchFrom([host.url]), 'content encoding gzip');
});

test('the second host serves when the first is down', async () => {
  const host = await startHost(serve(archive));
  await fetchFrom([await deadHost(), host.url]);
  assert.deepEqual(host.ranges, ['']);
  await assertComplete();
});

test('the second host continues what the first began', async () => {
  let served = 0;
  const first = await startHost((request, response) => {
    if (served++ === 0) serve(archive, half)(request, response);
    else request.socket.destroy();
  });
  const second = await startHost(serve(archive));
  await fetchFrom([first.url, second.url]);
  assert.deepEqual(second.ranges, [`bytes=${half}-`]);
  await assertComplete();
});

test('both hosts down: each is named with its reason', async () => {
  const hosts = [await deadHost(), await deadHost()];
  const error = await assertFails(
    fetchFrom(hosts),
    ...hosts.map((url) => `${portOf(url)}: connection refused`),
    'Connect to the network',
    'CIFAR10_MIRROR',
  );
  assert.ok(error instanceof NetworkUnreachableError);
});

test('a host that never answers is given up', async () => {
  const host = await startHost(() => undefined);
  const error = await assertFails(
    fetchFrom([host.url], { timeouts: { connectMs: 100, stallMs: 5_000 } }),
    `${portOf(host.url)}: no answer within 0.1 s`,
  );
  assert.ok(error instanceof NetworkUnreachableError);
});

test('a host that stalls is given up, and the next one continues', async () => {
  const stalled = await startHost((_, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, half));
  });
  const second = await startHost(serve(archive));
  await fetchFrom([stalled.url, second.url], { timeouts: { connectMs: 5_000, stallMs: 200 } });
  assert.equal(second.ranges[0], `bytes=${half}-`);
  await assertComplete();
});

test('a stalled host alone: the error says how long nothing came', async () => {
  const stalled = await startHost((_, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    response.flushHeaders();
  });
  const options = { timeouts: { connectMs: 5_000, stallMs: 100 } };
  await assertFails(fetchFrom([stalled.url], options), 'nothing came for 0.1 s after 0 of');
});

test('"not found" is an answer: not an unreachable network', async () => {
  const host = await startHost((_, response) => response.writeHead(404).end());
  const error = await assertFails(fetchFrom([host.url]), 'answered 404 Not Found');
  assert.ok(!(error instanceof NetworkUnreachableError));
});

test('a proxy that answers in the place of the host is an unreachable network', async () => {
  const host = await startHost((_, response) => response.writeHead(403).end());
  const error = await assertFails(fetchFrom([host.url]), 'answered 403 Forbidden');
  assert.ok(error instanceof NetworkUnreachableError);
});

test('a mirror is tried first, with or without its final slash', async () => {
  const official = await startHost(serve(archive));
  const mirror = await startHost((request, response) => {
    if (request.url === '/copy/of/small.tar.gz') serve(archive)(request, response);
    else response.writeHead(404).end();
  });
  await fetchFrom([official.url], { mirror: `${mirror.url}copy/of` });
  assert.deepEqual([official.ranges, mirror.ranges], [[], ['']]);
  await assertComplete();
});

test('a mirror that is no web address is refused', async () => {
  for (const mirror of ['/some/folder', 'ftp://example.org/', 'example.org']) {
    await assertFails(fetchFrom([], { mirror }), `CIFAR10_MIRROR is "${mirror}"`, 'http or https');
  }
});

test('too little disk space is said before anything is fetched', async () => {
  const host = await startHost(serve(archive));
  const release = { ...releaseOf(archive, [host.url]), bytes: Number.MAX_SAFE_INTEGER };
  await assertFails(fetchCifar10({ folder, release }), 'free disk space', '9007199255.1 MB');
  assert.deepEqual(host.ranges, []);
});

test('an archive that a person brought is used, and stays', async () => {
  const brought = path.join(folder, 'small.tar.gz');
  fs.writeFileSync(brought, archive);
  await fetchFrom([await deadHost()]);
  assert.deepEqual(fs.readFileSync(brought), archive);
  fs.rmSync(brought);
  await assertComplete();
});

test('a wrong archive that a person brought is refused, and stays', async () => {
  const brought = path.join(folder, 'small.tar.gz');
  fs.writeFileSync(brought, 'something else');
  await assertFails(fetchFrom([await deadHost()]), brought, '14 bytes', 'Remove it');
  assert.deepEqual(fs.readdirSync(folder), ['small.tar.gz']);
});

test('a folder that can’t be written, and a file in its place, are said in a sentence', async () => {
  fs.chmodSync(folder, 0o755);
  const fetching = () => assertFails(fetchFrom([]), `${folder} cannot be written: permission denied`);
  await withoutPermission(folder, fetching, 0o555);
  const file = path.join(folder, 'a file');
  fs.writeFileSync(file, '');
  await assertFails(fetchFrom([], { folder: file }), `${file} cannot be written`);
});

test('what a killed run left half unpacked is removed', async () => {
  const unpacking = path.join(folder, `${BATCHES}.unpacking`);
  fs.mkdirSync(unpacking);
  fs.writeFileSync(path.join(unpacking, 'data_batch_1.bin'), 'half');
  leavePart(archive);
  await fetchFrom([await deadHost()]);
  await assertComplete();
});

test('a run killed just before its last step leaves only what the next one removes', async () => {
  await fetchFrom([(await startHost(serve(archive))).url]);
  leavePart(archive);
  await fetchFrom([await deadHost()]);
  await assertComplete();
});

test('two processes at once: one fetches, the other waits, both have the data', async () => {
  let served = 0;
  const host = await startHost((request, response) => {
    served++;
    // Slow enough that the second process is there before the first is done.
    setTimeout(() => {
      serve(archive)(request, response);
    }, 1_500);
  });
  const release = releaseOf(archive, [host.url]);
  const script = `
    const { fetchCifar10 } = require('./lib/data/fetch');
    const { readCifar10 } = require('./lib/data/cifar10');
    const release = ${JSON.stringify(release)};
    fetchCifar10({ folder: ${JSON.stringify(folder)}, release })
      .then((place) => readCifar10(place, release))
      .then((read) => console.log(read.verified, read.train.count));`;
  const root = path.resolve(__dirname, '../..');
  const run = async (): Promise<string> => {
    const child = spawn(process.execPath, ['-r', './lib/runtime/register-ts.js', '-e', script], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await once(child, 'close');
    return printed;
  };
  assert.deepEqual(await Promise.all([run(), run()]), ['true 100\n', 'true 100\n']);
  assert.equal(served, 1);
  await assertComplete();
});
