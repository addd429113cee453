import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { loadDataset, type LoadOptions } from '../../lib/data';
import type { Dataset } from '../../lib/data/types';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { temporaryFolder, withoutPermission } from './fixtures';

const base = temporaryFolder();
let folder: string;

/** PNG colour types by what a pixel holds. */
const colourTypes = { grey: 0, rgb: 2, rgba: 6 } as const;
const samplesPerPixel = { grey: 1, rgb: 3, rgba: 4 } as const;

/** The checksum of PNG chunks, bit by bit (ISO 3309); Node's own came only with 20.15. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * A PNG written by hand, so that depth and colour type are known.
 * @param samples of all pixels, row by row
 */
function png(
  width: number,
  kind: keyof typeof colourTypes,
  depth: 8 | 16,
  samples: readonly number[],
): Buffer {
  const rowSamples = width * samplesPerPixel[kind];
  const height = samples.length / rowSamples;
  const rowBytes = (rowSamples * depth) / 8;
  const raw = Buffer.alloc(height * (1 + rowBytes));
  samples.forEach((value, i) => {
    const at = Math.floor(i / rowSamples) * (1 + rowBytes) + 1;
    const place = i % rowSamples;
    if (depth === 8) raw.writeUInt8(value, at + place);
    else raw.writeUInt16BE(value, at + 2 * place);
  });
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = colourTypes[kind];
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A 2x2 image in one colour. */
function plain(red: number, green: number, blue: number): Buffer {
  return png(2, 'rgb', 8, Array.from({ length: 4 }, () => [red, green, blue]).flat());
}

function write(place: string, bytes: Buffer | string): string {
  const file = path.join(folder, place);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(base, 't-'));
  fs.chmodSync(folder, 0o755);
  // Written in another order than the sorted one.
  write('train/zebra/1.png', plain(10, 20, 30));
  write('train/ape/2.png', plain(50, 60, 70));
  write('train/ape/10.PNG', plain(40, 50, 60));
  write('test/ape/a.png', plain(1, 2, 3));
  write('test/zebra/b.png', plain(4, 5, 6));
});

function load(options: LoadOptions = {}): Promise<Dataset> {
  return loadDataset({ source: folder, ...options });
}

async function assertRefused(options: LoadOptions, ...parts: string[]): Promise<void> {
  const before = tf.memory().numTensors;
  await assert.rejects(load(options), (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    for (const part of parts) assert.ok(error.message.includes(part), `"${part}" in: ${error.message}`);
    return true;
  });
  assert.equal(tf.memory().numTensors, before, 'tensors left behind');
}

/** The first pixel of each image. */
function firstPixels(images: Uint8Array, size: number): number[][] {
  return Array.from({ length: images.length / size }, (_, i) => [...images.subarray(i * size, i * size + 3)]);
}

test('reads images, labels and sorted class names, and leaves no tensor', async () => {
  const before = tf.memory().numTensors;
  const dataset = await load();
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(dataset.classNames, ['ape', 'zebra']);
  assert.deepEqual(dataset.imageShape, [2, 2, 3]);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1]);
  assert.deepEqual(firstPixels(dataset.train.images, 12), [
    [40, 50, 60],
    [50, 60, 70],
    [10, 20, 30],
  ]);
  assert.deepEqual(firstPixels(dataset.test.images, 12), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(dataset.source.kind, 'folder');
  assert.equal(dataset.name, `images of ${path.basename(folder)}`);
});

test('rows and columns stay where they are', async () => {
  const samples = Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 10);
  for (const place of ['train/ape/2.png', 'train/ape/10.PNG', 'train/zebra/1.png', 'test/ape/a.png']) {
    write(place, png(3, 'rgb', 8, samples));
  }
  write('test/zebra/b.png', png(3, 'rgb', 8, samples));
  const dataset = await load();
  assert.deepEqual(dataset.imageShape, [2, 3, 3]);
  assert.deepEqual([...dataset.test.images.subarray(18)], samples);
});

test('grey becomes three channels, transparency goes, 16 bits become 8', async () => {
  write('train/ape/2.png', png(2, 'grey', 8, [9, 9, 9, 9]));
  write('train/ape/10.PNG', png(2, 'rgba', 8, Array.from({ length: 4 }, () => [11, 12, 13, 0]).flat()));
  write(
    'train/zebra/1.png',
    png(2, 'rgb', 16, Array.from({ length: 4 }, () => [0x1234, 0x56ab, 0xffff]).flat()),
  );
  assert.deepEqual(firstPixels((await load()).train.images, 12), [
    [11, 12, 13],
    [9, 9, 9],
    [0x12, 0x56, 0xff],
  ]);
});

test('reads JPEG, to its usual loss', async () => {
  const flat = tf.fill([2, 2, 3], 128, 'int32') as tf.Tensor3D;
  const jpeg = Buffer.from(await tf.node.encodeJpeg(flat, 'rgb', 95));
  flat.dispose();
  fs.rmSync(path.join(folder, 'test/ape/a.png'));
  write('test/ape/a.jpeg', jpeg);
  const [pixel] = firstPixels((await load()).test.images, 12);
  for (const value of pixel) assert.ok(Math.abs(value - 128) <= 2, String(value));
});

test('a broken image is refused by its name', async () => {
  const good = plain(1, 1, 1);
  for (const bytes of [good.subarray(0, good.length - 20), Buffer.of(), Buffer.from('GIF89a no')]) {
    const file = write('test/zebra/b.png', bytes);
    await assertRefused({}, file, 'expected');
  }
  const flat = tf.fill([2, 2, 3], 128, 'int32') as tf.Tensor3D;
  const jpeg = Buffer.from(await tf.node.encodeJpeg(flat));
  flat.dispose();
  const file = write('train/ape/3.jpg', jpeg.subarray(0, jpeg.length - 30));
  await assertRefused({}, file, 'cannot be decoded');
});

test('an image with too many pixels is not called damaged, and not decoded', async () => {
  // A whole PNG, 2x2, whose header says 30,000 x 20,000; its sum is right.
  const large = plain(1, 1, 1);
  large.writeUInt32BE(20_000, 16);
  large.writeUInt32BE(30_000, 20);
  large.writeUInt32BE(crc32(large.subarray(12, 29)), 29);
  const png = write('test/zebra/b.png', large);
  await assertRefused({ imageSize: [2, 2] }, `${png} has 30,000 x 20,000 pixels`, 'Scale it down');
  write('test/zebra/b.png', plain(4, 5, 6));

  const flat = tf.fill([8, 16, 3], 128, 'int32') as tf.Tensor3D;
  const jpeg = Buffer.from(await tf.node.encodeJpeg(flat));
  flat.dispose();
  // Start of frame: its length, the bits of a sample, the height 8 and the width 16.
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0, 0, 17, 8, 0, 8, 0, 16));
  assert.ok(frame > 0, 'TensorFlow writes baseline JPEG');
  jpeg.writeUInt16BE(25_000, frame + 5);
  jpeg.writeUInt16BE(26_000, frame + 7);
  const forged = write('train/ape/3.jpg', jpeg);
  await assertRefused({ imageSize: [2, 2] }, `${forged} has 25,000 x 26,000 pixels`);
});

test('a FIFO, a device, a loop of links and a folder among the images are refused, not waited for', async () => {
  const place = path.join(folder, 'train/ape/3.png');
  execFileSync('mkfifo', [place]);
  await assertRefused({}, `${place} is a FIFO`);
  for (const [target, said] of [
    ['/dev/zero', 'is a device'],
    ['3.png', 'leads back to itself'],
    ['.', 'is a folder'],
    ['nowhere', 'ENOENT'],
  ]) {
    fs.rmSync(place);
    fs.symlinkSync(target, place);
    await assertRefused({}, place, said);
  }
});

test('an image or a folder that may not be read is named', async () => {
  for (const inside of ['train/ape/2.png', 'train/ape', 'train']) {
    const place = path.join(folder, inside);
    await withoutPermission(place, () => assertRefused({}, place, 'cannot be read: permission denied'));
  }
});

test('an image of another format is refused, whatever its name says', async () => {
  // A whole BMP, 1x1 in 24 bits, which TensorFlow would read.
  const bmp = Buffer.alloc(58);
  bmp.write('BM');
  for (const [at, value] of [
    [2, 58],
    [10, 54],
    [14, 40],
    [18, 1],
    [22, 1],
    [34, 4],
  ]) {
    bmp.writeUInt32LE(value, at);
  }
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(24, 28);
  const read = tf.node.decodeImage(bmp, 3);
  assert.deepEqual(read.shape, [1, 1, 3]);
  read.dispose();
  const file = write('train/ape/10.PNG', bmp);
  await assertRefused({}, file, 'expected JPEG or PNG content');
});

test('a class that is only in train/ or only in test/ is refused by its name', async () => {
  write('train/cow/1.png', plain(1, 1, 1));
  write('test/dog/1.png', plain(1, 1, 1));
  await assertRefused({}, '"cow" is only in train/', '"dog" is only in test/');
  fs.rmSync(path.join(folder, 'train/cow'), { recursive: true });
  await assertRefused({}, '"dog" is only in test/');
  fs.renameSync(path.join(folder, 'test/dog'), path.join(folder, 'train/dog'));
  await assertRefused({}, '"dog" is only in train/');
});

test('the first two images whose sizes differ are named, across the splits too', async () => {
  const first = path.join(folder, 'train/ape/10.PNG');
  const file = write('test/ape/a.png', png(3, 'grey', 8, [1, 2, 3, 4, 5, 6]));
  await assertRefused({}, `${first} is 2x2`, `${file} is 2x3`, 'imageSize');
  write('test/ape/a.png', png(2, 'grey', 8, [1, 2]));
  await assertRefused({}, `${first} is 2x2`, `${file} is 1x2`, 'imageSize');
});

test('with imageSize all are resized, those of that size untouched', async () => {
  write('test/ape/a.png', png(4, 'grey', 8, new Array<number>(16).fill(77)));
  // Halving averages pairs: rows 0 and 100 become 50.
  write(
    'test/zebra/b.png',
    png(4, 'grey', 8, [0, 0, 0, 0, 100, 100, 100, 100, 0, 0, 0, 0, 100, 100, 100, 100]),
  );
  const dataset = await load({ imageSize: [2, 2] });
  assert.deepEqual(dataset.imageShape, [2, 2, 3]);
  assert.deepEqual([...dataset.test.images.subarray(0, 12)], new Array(12).fill(77));
  assert.deepEqual([...dataset.test.images.subarray(12)], new Array(12).fill(50));
  assert.deepEqual(firstPixels(dataset.train.images, 12)[0], [40, 50, 60]);
});

test('an empty class, a stray file and a file that is no image are refused by their names', async () => {
  const stray = write('train/notes.txt', 'x');
  await assertRefused({}, stray, 'is not a folder');
  fs.rmSync(stray);
  const text = write('train/ape/notes.txt', 'x');
  await assertRefused({}, text, 'expected .jpg, .jpeg or .png');
  fs.rmSync(text);
  fs.rmSync(path.join(folder, 'test/zebra/b.png'));
  await assertRefused({}, path.join(folder, 'test/zebra'), 'is empty');
});

test('hidden files are passed over', async () => {
  write('train/.DS_Store', 'x');
  write('train/ape/.DS_Store', 'x');
  assert.equal((await load()).train.count, 3);
});

test('a limit reads only the chosen images', async () => {
  for (let i = 0; i < 8; i++) write(`train/zebra/more-${i}.png`, plain(i, i, i));
  const dataset = await load({ trainLimit: 2, testLimit: 2 });
  assert.deepEqual([...dataset.train.labels], [0, 1]);
  assert.deepEqual(dataset.available, { train: 11, test: 2 });
  await assertRefused({ trainLimit: 12 }, 'trainLimit is 12', 'from 2', 'to 11');
});

test('a folder without train/ and test/ says what was expected', async () => {
  fs.rmSync(path.join(folder, 'test'), { recursive: true });
  await assertRefused({}, `"${folder}"`, 'train/ and test/');
});
