/** Event files: their framing, and how one is gone on with. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Random } from '../../lib/data/random';
import { tf } from '../../lib/runtime/tensorflow';
import { Drawing } from '../../lib/events/drawing';
import { fileVersion, histogram, readEvent, scalar } from '../../lib/events/event';
import { EventFile } from '../../lib/events/event-file';
import { bucketsOf } from '../../lib/events/histogram';
import { framed, unframed } from '../../lib/events/records';
import { temporaryFolder } from '../train/fixtures';
import { readAll, tensorBoardBuckets } from './reader';

const folder = temporaryFolder('tensorboard-files-');

test('a record is framed as TensorFlow frames it', () => {
  // Written by tf.io.TFRecordWriter.
  const record = Buffer.from('123456789');
  assert.equal(
    framed(record).toString('hex'),
    '0900000000000000' + '37f97139' + record.toString('hex') + 'e5b08ac7',
  );
});

test('records are read up to the first that is cut off or changed', () => {
  const [a, b] = [Buffer.from('one'), Buffer.from('')];
  const file = Buffer.concat([framed(a), framed(b)]);
  assert.deepEqual(unframed(file), { records: [a, b], isWhole: true });
  for (let length = framed(a).length; length < file.length; length++) {
    const isWhole = length === framed(a).length;
    assert.deepEqual(unframed(file.subarray(0, length)), { records: [a], isWhole });
  }
  for (let at = framed(a).length; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at] ^= 4;
    assert.deepEqual(unframed(changed), { records: [a], isWhole: false }, `byte ${at}`);
  }
});

test('an event is known again by its tag and step', () => {
  const { tag, step } = readEvent(scalar('loss', 12, 0.5).bytes);
  assert.deepEqual({ tag, step }, { tag: 'loss', step: 12 });
  assert.equal(readEvent(fileVersion().bytes).tag, fileVersion().tag);
});

const filesOf = (name: string): string[] => fs.readdirSync(path.join(folder, name));

test('an event file is gone on with: nothing twice, nothing lost, whatever is left of it', async () => {
  const place = path.join(folder, 'on');
  const first = await EventFile.open(place);
  assert.equal(fs.existsSync(place), false, 'nothing to write, nothing written');
  await first.add([scalar('loss', 1, 0.1), scalar('loss', 2, 0.2)]);
  await first.add([scalar('loss', 2, 0.3)]);
  const [name] = filesOf('on');

  const same = await EventFile.open(place);
  assert.deepEqual(filesOf('on'), [name], 'as it was');
  assert.deepEqual([same.has('loss', 2), same.has('loss', 3), same.has('accuracy', 2)], [true, false, false]);
  await same.add([scalar('loss', 3, 0.3)]);
  assert.deepEqual(filesOf('on'), [name]);

  // Killed in the middle of a write.
  fs.appendFileSync(path.join(place, name), framed(scalar('loss', 4, 0.4).bytes).subarray(0, 30));
  const cut = await EventFile.open(place, ({ step }) => step < 3);
  const [after, ...others] = filesOf('on');
  assert.deepEqual(others, []);
  assert.ok(after > name, `TensorBoard reads ${after} after ${name}`);
  await cut.add([scalar('loss', 3, 0.5)]);

  // Killed between writing a file and removing the one before it.
  fs.copyFileSync(path.join(place, after), path.join(place, after.replace('.tfevents.', '.tfevents.9')));
  await EventFile.open(place);
  assert.equal(filesOf('on').length, 1);
  assert.deepEqual(readAll(folder).on.scalars, {
    loss: [1, 2, 3].map((step) => [step, Math.fround(step === 3 ? 0.5 : step / 10)]),
  });
});

test("files of somebody else's stay as they are", async () => {
  const place = path.join(folder, 'others');
  fs.mkdirSync(place);
  const theirs = path.join(place, 'events.out.tfevents.1700000000.host.1.0.v2');
  fs.writeFileSync(theirs, 'theirs');
  await (await EventFile.open(place, () => false)).add([scalar('loss', 1, 0.1)]);
  await EventFile.open(place, () => false);
  assert.equal(fs.readFileSync(theirs, 'utf8'), 'theirs');
});

test("buckets are those of TensorBoard's own writer, to the last bit", () => {
  const random = new Random(1);
  const draw = (count: number): number[] => Array.from({ length: count }, () => random.between(-0.4, 0.6));
  const lists = [draw(1000), draw(7), [2, 2, 2], [-1], [0, 30, 29.999, 1]];
  const ours = lists.map((list) => {
    const rows = bucketsOf(Float32Array.from(list));
    return Array.from({ length: rows.length / 3 }, (_, i) => [...rows.subarray(3 * i, 3 * i + 3)]);
  });
  assert.deepEqual(ours, tensorBoardBuckets(lists.map((list) => [...Float32Array.from(list)])));
});

test('a histogram is read as it was written', async () => {
  const values = Float32Array.of(-1, 0, 0.25, 1);
  await (await EventFile.open(path.join(folder, 'histogram'))).add([histogram('w', 3, bucketsOf(values))]);
  const [[step, rows]] = readAll(folder).histogram.histograms.w;
  assert.equal(step, 3);
  assert.deepEqual(rows.flat(), [...bucketsOf(values)]);
});

test('a drawing has its texts, also those that do not fit into it', async () => {
  const drawing = new Drawing(60, 40);
  drawing.rectangle({ left: 0, top: 20, width: 60, height: 20 }, '#08416e');
  drawing.text({
    text: 'a text <that> is far too long',
    x: 0,
    y: 10,
    align: 'left',
    size: 14,
    colour: '#202020',
  });
  const { png } = await drawing.png();
  const decoded = tf.node.decodePng(png, 3);
  const pixels = decoded.dataSync();
  decoded.dispose();
  assert.deepEqual([...pixels.slice(-3)], [0x08, 0x41, 0x6e]);
  const isInked = pixels.slice(0, 3 * 60 * 20).some((value) => value < 100);
  assert.ok(isInked, 'no letters');
});
