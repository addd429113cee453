import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { unpackArchive } from '../../lib/data/archive';
import { manifestFile } from '../../lib/data/manifest';
import { UserError } from '../../lib/runtime/errors';
import {
  batchNames,
  type Entry,
  goodEntries,
  makeArchive,
  releaseOf,
  sha256,
  temporaryFolder,
} from './fixtures';

const base = temporaryFolder();
const inside = 'cifar-10-batches-bin';
let outer: string;
let folder: string;
let archive: string;

beforeEach(() => {
  outer = fs.mkdtempSync(path.join(base, 't-'));
  folder = path.join(outer, 'unpacked');
  archive = path.join(outer, 'a.tar.gz');
  fs.mkdirSync(folder);
});

async function unpack(bytes: Buffer): Promise<void> {
  fs.writeFileSync(archive, bytes);
  await unpackArchive(archive, folder, releaseOf(bytes, []));
}

/** Asserts that an archive is refused, for a reason with all of `parts`, and nothing came to lie outside. */
async function assertRefused(bytes: Buffer, ...parts: string[]): Promise<void> {
  await assert.rejects(unpack(bytes), (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    for (const part of parts) assert.ok(error.message.includes(part), `"${part}" in: ${error.message}`);
    return true;
  });
  assert.deepEqual(fs.readdirSync(outer).sort(), ['a.tar.gz', 'unpacked']);
  assert.ok(!fs.existsSync(path.join(folder, manifestFile)));
}

/** The good entries with `extra` at place `at`. */
function withEntry(extra: Entry, at = 3): Buffer {
  const entries = goodEntries();
  entries.splice(at, 0, extra);
  return makeArchive(entries);
}

test('writes every file byte by byte, and their sums', async () => {
  const bytes = makeArchive(goodEntries());
  await unpack(bytes);
  const files = goodEntries().filter((entry) => entry.content);
  for (const { path: name, content } of files) {
    assert.deepEqual(fs.readFileSync(path.join(folder, path.basename(name))), content);
  }
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(folder, manifestFile), 'utf8')), {
    archive: sha256(bytes),
    files: Object.fromEntries(
      files.map(({ path: name, content }) => [path.basename(name), sha256(content!)]),
    ),
  });
});

const content = Buffer.from('x');
const malicious: readonly Entry[] = [
  { path: `${inside}/../../escaped.txt`, content },
  { path: '../escaped.txt', content },
  { path: path.join(base, 'escaped.txt'), content },
  { path: `${inside}/unknown.txt`, content },
  { path: 'data_batch_1.bin', content },
  { path: `${inside}/sub/`, type: 'Directory' },
  { path: `${inside}/readme.html`, type: 'SymbolicLink', linkpath: '/etc/passwd' },
  { path: `${inside}/link`, type: 'SymbolicLink', linkpath: '..' },
  { path: `${inside}/batches.meta.txt`, type: 'Link', linkpath: '/etc/passwd' },
  { path: `${inside}/data_batch_3.bin`, type: 'CharacterDevice' },
  { path: `${inside}/data_batch_3.bin`, type: 'BlockDevice' },
  { path: `${inside}/batches.meta.txt`, type: 'FIFO' },
  { path: `${inside}/readme.html/`, type: 'Directory' },
  { path: `${inside}\\..\\escaped.txt`, content },
  { path: `./${inside}/data_batch_1.bin`, content },
  { path: `${inside}/DATA_BATCH_1.BIN`, content },
];
for (const entry of malicious) {
  test(`refuses the entry ${entry.path} (${entry.type ?? 'File'})`, async () => {
    await assertRefused(withEntry(entry), `entry "${entry.path}" (${entry.type ?? 'File'})`);
    assert.ok(!fs.existsSync(path.join(base, 'escaped.txt')));
  });
}

test('goes by the name and the link that an extended header puts in the place of an entry’s own', async () => {
  const extended = (records: string): Entry => {
    return { path: 'PaxHeader', type: 'ExtendedHeader', content: Buffer.from(records) };
  };
  const good = goodEntries();
  const renamed = [extended('26 path=../../escaped.txt\n'), good[1]];
  await assertRefused(makeArchive([good[0], ...renamed]), 'entry "../../escaped.txt" (File)');
  fs.rmSync(folder, { recursive: true });
  fs.mkdirSync(folder);
  const long = {
    path: '././@LongLink',
    type: 'NextFileHasLongPath',
    content: Buffer.from('/tmp/x\0'),
  } as const;
  await assertRefused(makeArchive([good[0], long, good[1]]), 'entry "/tmp/x" (File)');
});

test('a header that claims terabytes, or less than nothing, writes nothing', async () => {
  const [directory, batch] = goodEntries();
  for (const size of [2 ** 40, 2 ** 53 - 1, -1]) {
    await assertRefused(makeArchive([directory, { ...batch, size }]), archive);
    assert.deepEqual(fs.readdirSync(folder), []);
  }
});

test('a bomb, zeros without end behind a small name, fills neither disk nor memory', async () => {
  const gibibyte = 2 ** 30;
  const zeros = Buffer.alloc(2 ** 24);
  // As an unknown entry, as an extended header, and behind the archive's end.
  const heads: readonly Entry[][] = [
    [{ path: `${inside}/zeros`, size: gibibyte }],
    [{ path: 'PaxHeader', type: 'ExtendedHeader', size: gibibyte }],
    [{ path: `${inside}/batches.meta.txt`, size: gibibyte }],
  ];
  for (const head of heads) {
    const start = gunzipSync(makeArchive(head)).subarray(0, 512);
    const bytes = gzipSync(Buffer.concat([start, ...new Array<Buffer>(2).fill(zeros)]));
    const before = process.memoryUsage().rss;
    await assertRefused(bytes, archive);
    assert.ok(process.memoryUsage().rss - before < 2 ** 28, 'took more than 256 MiB');
    assert.deepEqual(fs.readdirSync(folder), []);
  }
});

test('refuses such an entry also as the last one', async () => {
  await assertRefused(withEntry({ path: '../escaped.txt', content }, 9), 'entry "../escaped.txt"');
});

test('refuses a batch of another size by its header, before writing it', async () => {
  const entries = goodEntries();
  entries[2] = { path: entries[2].path, content: Buffer.alloc(5) };
  await assertRefused(makeArchive(entries), batchNames[1], '5 bytes, expected 61,460');
  assert.deepEqual(fs.readdirSync(folder), [batchNames[0]]);
});

test('refuses a text that would fill the disk', async () => {
  const entries = goodEntries();
  entries[8] = { path: entries[8].path, content: Buffer.alloc(2 ** 20 + 1) };
  await assertRefused(makeArchive(entries), 'readme.html', '1,048,577 bytes');
});

test('refuses a file that comes twice', async () => {
  await assertRefused(withEntry(goodEntries()[1]), 'two entries', batchNames[0]);
});

test('refuses an archive without one of the batches', async () => {
  await assertRefused(makeArchive(goodEntries().filter((_, i) => i !== 5)), 'lacks data_batch_5.bin');
});

test('refuses an archive that ends in the middle, and one that is none', async () => {
  const bytes = makeArchive(goodEntries());
  await assertRefused(bytes.subarray(0, Math.floor(bytes.length / 2)), archive);
  fs.rmSync(folder, { recursive: true });
  fs.mkdirSync(folder);
  await assertRefused(Buffer.alloc(2048, 'no archive'), archive);
});
