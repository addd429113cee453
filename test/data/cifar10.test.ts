import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, test } from 'node:test';
import { findBatches, readCifar10 } from '../../lib/data/cifar10';
import { manifestFile } from '../../lib/data/manifest';
import { UserError } from '../../lib/runtime/errors';
import {
  batchNames,
  classNames,
  goodEntries,
  makeArchive,
  pixelValue,
  recordsPerFile,
  releaseOf,
  sha256,
  temporaryFolder,
  withoutPermission,
  writeBatches,
} from './fixtures';

const base = temporaryFolder();
const release = releaseOf(makeArchive(goodEntries()), []);
let folder: string;

beforeEach(() => {
  folder = writeBatches(fs.mkdtempSync(path.join(base, 't-')));
  fs.chmodSync(folder, 0o755);
});

/** Replaces a file of the folder by what `change` makes of it. */
function change(name: string, edit: (bytes: Buffer) => Buffer): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, edit(fs.readFileSync(file)));
  return file;
}

/** Writes the proof for the files as they are. */
function prove(archive: string): void {
  const names = [...batchNames, 'batches.meta.txt'];
  const files = Object.fromEntries(
    names.map((name) => [name, sha256(fs.readFileSync(path.join(folder, name)))]),
  );
  fs.writeFileSync(path.join(folder, manifestFile), JSON.stringify({ archive, files }));
}

/** Asserts that reading fails with a message for the person that has all of `parts`. */
async function assertRefused(...parts: string[]): Promise<void> {
  await assert.rejects(readCifar10(folder, release), (error: Error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `"${part}" in: ${error.message}`);
    return true;
  });
}

test('reads labels and turns planes into interleaved pixels', async () => {
  const read = await readCifar10(folder, release);
  assert.deepEqual(read.classNames, classNames);
  assert.equal(read.train.count, 5 * recordsPerFile);
  assert.equal(read.test.count, recordsPerFile);
  for (const [set, firstFile] of [
    [read.train, 0],
    [read.test, 5],
  ] as const) {
    let at = 0;
    for (let image = 0; image < set.count; image++) {
      const file = firstFile + Math.floor(image / recordsPerFile);
      const record = image % recordsPerFile;
      assert.equal(set.labels[image], (record + file) % 10);
      for (let row = 0; row < 32; row++) {
        for (let column = 0; column < 32; column++) {
          for (let channel = 0; channel < 3; channel++, at++) {
            // One comparison a pixel through assert would take seconds.
            if (set.images[at] !== pixelValue(file, record, channel, row, column)) {
              assert.fail(`image ${image}, row ${row}, column ${column}, channel ${channel}`);
            }
          }
        }
      }
    }
    assert.equal(set.images.length, at);
  }
});

test('a short batch file is refused with its size and the expected one', async () => {
  const file = change('data_batch_3.bin', (bytes) => bytes.subarray(1));
  await assertRefused(file, '61,459 bytes', 'expected 61,460', '20 records of 3,073 bytes');
});

test('a long batch file is refused', async () => {
  const file = change('test_batch.bin', (bytes) => Buffer.concat([bytes, Buffer.of(0)]));
  await assertRefused(file, '61,461 bytes', 'expected 61,460');
});

test('a label over 9 is refused with its place', async () => {
  const file = change('data_batch_5.bin', (bytes) => {
    bytes[4 * 3073] = 10;
    return bytes;
  });
  await assertRefused(file, 'record 5', 'byte 12,292', 'label 10', '0 to 9');
});

test('missing files are all named', async () => {
  fs.rmSync(path.join(folder, 'data_batch_2.bin'));
  fs.rmSync(path.join(folder, 'batches.meta.txt'));
  await assertRefused(folder, 'data_batch_2.bin, batches.meta.txt missing');
});

test('nine class names, or ten with one twice, are refused', async () => {
  const nine = classNames.slice(0, 9);
  const file = change('batches.meta.txt', () => Buffer.from(nine.join('\n')));
  await assertRefused(file, '9 classes', 'expected 10 different names');
  change('batches.meta.txt', () => Buffer.from([...nine, 'ant'].join('\n')));
  await assertRefused(file, '10 classes', 'expected 10 different names');
});

test('files are verified only by a manifest of the right archive', async () => {
  assert.equal((await readCifar10(folder, release)).verified, false);
  prove(release.sha256);
  assert.equal((await readCifar10(folder, release)).verified, true);
  prove(sha256(Buffer.from('another archive')));
  assert.equal((await readCifar10(folder, release)).verified, false);
});

test('one changed pixel is found where a manifest is, whatever archive it names', async () => {
  for (const archive of [release.sha256, 'another']) {
    prove(archive);
    const file = change('data_batch_4.bin', (bytes) => {
      bytes[3000] ^= 1;
      return bytes;
    });
    await assertRefused(file, 'changed or damaged', sha256(fs.readFileSync(file)));
  }
});

test('a changed class name is found where a manifest is', async () => {
  prove(release.sha256);
  const file = change('batches.meta.txt', (bytes) => Buffer.from(bytes.toString().replace('ant', 'elk')));
  await assertRefused(file, 'changed or damaged');
});

test('a damaged manifest is an error, not an absent one', async () => {
  for (const text of [
    '{"archive": "00',
    '{"archive": 1, "files": {}}',
    '{"archive": "0", "files": {"a": 1}}',
  ]) {
    fs.writeFileSync(path.join(folder, manifestFile), text);
    await assertRefused(path.join(folder, manifestFile), 'is damaged');
  }
});

test('the folder may be named itself or by its parent', () => {
  const parent = fs.mkdtempSync(path.join(base, 'p-'));
  const inside = writeBatches(path.join(parent, 'cifar-10-batches-bin'));
  assert.equal(findBatches(parent, 'CIFAR10_DIR'), inside);
  assert.equal(findBatches(inside, 'CIFAR10_DIR'), inside);
});

test('a folder that is not there, or has no batches, is refused by the name it was given under', () => {
  const absent = path.join(base, 'absent');
  assert.throws(() => findBatches(absent, 'CIFAR10_DIR'), {
    name: 'UserError',
    message: new RegExp(`^CIFAR10_DIR is "${absent}", and there is no such folder`),
  });
  const empty = fs.mkdtempSync(path.join(base, 'e-'));
  assert.throws(() => findBatches(empty, 'CIFAR10_DIR'), {
    name: 'UserError',
    message: /^CIFAR10_DIR is ".*", which holds no CIFAR-10 .* expected data_batch_1\.bin/,
  });
});

test('a FIFO in place of a file is refused, not waited for', async () => {
  prove(release.sha256);
  for (const name of [manifestFile, 'batches.meta.txt', 'data_batch_2.bin']) {
    const file = path.join(folder, name);
    fs.renameSync(file, `${file}.kept`);
    execFileSync('mkfifo', [file]);
    await assertRefused(`${file} is a FIFO`);
    fs.renameSync(`${file}.kept`, file);
  }
});

test('a file that may not be read is named, and an unreadable folder is not called empty', async () => {
  prove(release.sha256);
  for (const name of [manifestFile, 'batches.meta.txt', 'data_batch_2.bin']) {
    const file = path.join(folder, name);
    await withoutPermission(file, () => assertRefused(`${file} cannot be read: permission denied`));
  }
  await withoutPermission(folder, async () => {
    await assertRefused('cannot be read: permission denied');
    assert.throws(() => findBatches(folder, 'CIFAR10_DIR'), /cannot be read: permission denied/);
  });
});

test('files from the future are read like any others', async () => {
  prove(release.sha256);
  const future = new Date('2099-01-01');
  for (const name of fs.readdirSync(folder)) fs.utimesSync(path.join(folder, name), future, future);
  assert.equal((await readCifar10(folder, release)).verified, true);
});
