/**
 * Kills a download at ten random moments, then checks that the next run completes, that nothing stray is left,
 * and that a flipped byte in the archive is found. Two more kills hit the unpacking. Takes about 20 s:
 * `npm run stress:download`.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tar from 'tar';
import { readCifar10 } from '../../lib/data/cifar10';
import { fetchCifar10 } from '../../lib/data/fetch';
import { batchBytes, batchesFolder, type Cifar10Release, recordBytes } from '../../lib/data/release';

const RANDOM_KILLS = 10;
const UNPACKING_KILLS = 2;
/** Slow enough that the random kills fall into the download. */
const BYTES_PER_SECOND = 12e6;
const recordsPerFile = 1_500;
const root = path.resolve(__dirname, '../..');

/** Batches of random pixels, which gzip cannot make smaller: the archive is 28 MB. */
async function makeRelease(folder: string): Promise<{ archive: Buffer; release: Cifar10Release }> {
  const batches = path.join(folder, batchesFolder);
  fs.mkdirSync(batches);
  const release = { archive: 'stress.tar.gz', hosts: [], bytes: 0, sha256: '', recordsPerFile };
  for (const name of [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat('test_batch.bin')) {
    const bytes = randomBytes(batchBytes(release));
    for (let record = 0; record < recordsPerFile; record++) bytes[record * recordBytes] = record % 10;
    fs.writeFileSync(path.join(batches, name), bytes);
  }
  fs.writeFileSync(path.join(batches, 'batches.meta.txt'), 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n');
  const file = path.join(folder, release.archive);
  await tar.create({ gzip: true, file, cwd: folder }, [batchesFolder]);
  const archive = fs.readFileSync(file);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  return { archive, release: { ...release, bytes: archive.length, sha256 } };
}

/** Serves `archive` with ranges, no faster than `BYTES_PER_SECOND`. */
async function startServer(archive: () => Buffer): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = archive().subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': body.length,
      'content-range': `bytes ${start}-${start + body.length - 1}/${start + body.length}`,
    });
    const step = BYTES_PER_SECOND / 100;
    let sent = 0;
    const timer = setInterval(() => {
      response.write(body.subarray(sent, sent + step));
      sent += step;
      if (sent < body.length) return;
      clearInterval(timer);
      response.end();
    }, 10);
    response.on('close', () => {
      clearInterval(timer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function startFetch(folder: string, release: Cifar10Release): ChildProcess {
  const script = `
    require('./lib/data/fetch').fetchCifar10(${JSON.stringify({ folder, release })}).then(
      () => console.log('done'),
      (error) => { console.error(error); process.exitCode = 1; },
    );
    console.log('started');`;
  return spawn(process.execPath, ['-r', './lib/runtime/register-ts.js', '-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Waits until `file` is there, or the process has ended. */
async function appears(file: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !fs.existsSync(file)) await sleep(2);
}

/** One dataset folder from nothing to complete, with a kill at a random moment of each run but the last. */
async function killAndComplete(folder: string, release: Cifar10Release): Promise<void> {
  for (let kill = 1; kill <= RANDOM_KILLS + UNPACKING_KILLS; kill++) {
    const child = startFetch(folder, release);
    const ended = once(child, 'exit');
    await once(child.stdout!, 'data');
    if (kill > RANDOM_KILLS) await appears(path.join(folder, `${batchesFolder}.unpacking`), child);
    // A whole download takes 2.3 s, unpacking some 0.1 s.
    const after = Math.random() * (kill > RANDOM_KILLS ? 50 : 800);
    await Promise.race([sleep(after), ended]);
    child.kill('SIGKILL');
    await ended;
    const left = fs.readdirSync(folder).map((name) => {
      const { size } = fs.lstatSync(path.join(folder, name));
      return `${name} (${size})`;
    });
    console.log(`kill ${kill} after ${after.toFixed(0)} ms: ${left.join(', ') || 'nothing'}`);
    if (fs.existsSync(path.join(folder, batchesFolder))) {
      const { verified } = await readCifar10(path.join(folder, batchesFolder), release);
      assert.ok(verified, 'a dataset under its final name is whole');
      // Begin again: the remaining kills should hit something.
      fs.rmSync(path.join(folder, batchesFolder), { recursive: true });
      console.log('  complete and verified; removed to begin again');
    }
  }
  const last = startFetch(folder, release);
  const [status] = (await once(last, 'exit')) as [number];
  assert.equal(status, 0);
  assert.deepEqual(fs.readdirSync(folder), [batchesFolder]);
  assert.ok((await readCifar10(path.join(folder, batchesFolder), release)).verified);
  console.log('The next run completed; the files are verified and nothing else is left.');
}

async function main(): Promise<void> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-download-'));
  let served: Buffer = Buffer.alloc(0);
  const server = await startServer(() => served);
  try {
    const source = path.join(base, 'source');
    fs.mkdirSync(source);
    const { archive, release: unhosted } = await makeRelease(source);
    const { port } = server.address() as AddressInfo;
    const release = { ...unhosted, hosts: [`http://127.0.0.1:${port}/`] };
    served = archive;
    console.log(`archive: ${archive.length} bytes`);

    const folder = path.join(base, 'data');
    fs.mkdirSync(folder);
    await killAndComplete(folder, release);

    fs.rmSync(path.join(folder, batchesFolder), { recursive: true });
    served = Buffer.from(archive);
    const place = Math.floor(Math.random() * served.length);
    served[place] ^= 1 << Math.floor(Math.random() * 8);
    await assert.rejects(fetchCifar10({ folder, release }), /is not the official archive: .* sha256/);
    assert.deepEqual(fs.readdirSync(folder), []);
    console.log(`A flipped bit in byte ${place} was found, and the file removed.`);
  } finally {
    server.close();
    server.closeAllConnections();
    fs.rmSync(base, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
