/** Outputs, programs and disks that would take a whole batch down with one notebook. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readBatchRecord } from '../../lib/notebooks/batch-record';
import { readRecord } from '../../lib/notebooks/record';
import { BatchProcess, code, executedCells, notebook, skipWithoutProc, writeNotebook } from './fixtures';
import { mountOwn, skipWithoutMounts } from './mounts';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a batch with a malformed notebook among its own', () => {
  let batch: BatchProcess;
  let output: string;

  before(async () => {
    const out = path.join(folder, 'out');
    const detached =
      "import { spawn } from 'node:child_process';\n" +
      "spawn('sh', ['-c', 'sleep 611 & exec sleep 612'], { detached: true, stdio: 'ignore' }).unref();";
    const malformed = path.join(folder, 'malformed.ipynb');
    fs.writeFileSync(malformed, JSON.stringify({ ...notebook(code('1')), cells: [null] }));
    const halves = "console.log('🎉'.slice(0, 1));\nconsole.log('🎉'.slice(1), '🎉');";
    const odd = writeNotebook(folder, 'odd', code(halves), code(detached), code('1'));
    // A clock that is set an hour forth and back whenever somebody looks.
    const clock = path.join(folder, 'clock.cjs');
    fs.writeFileSync(
      clock,
      'const { now } = Date;\nlet i = 0;\nDate.now = () => now() + (i++ % 2) * 3_600_000;\n' +
        'globalThis.Date = class extends Date { constructor(...a) { super(...(a.length ? a : [Date.now()])); } };\n',
    );
    batch = new BatchProcess([malformed, odd, '--keep-going', '--out', out], 'script', {
      NODE_OPTIONS: `--require ${clock}`,
    });
    await batch.exited;
    output = path.join(out, 'notebooks', 'odd.ipynb');
  });

  test('runs the others, and names it with what is wrong with it', () => {
    assert.match(batch.output, /^1 passed, 1 could not be run in /m);
    assert.match(
      batch.output,
      /malformed: not run: .*malformed\.ipynb is no valid notebook: cell 1 is null; expected an object/,
    );
  });

  test('writes half a surrogate pair of an output as U+FFFD, in valid UTF-8', () => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(output));
    assert.doesNotMatch(text, /\\ud83c|\\udf89/i);
    assert.deepEqual(executedCells(output)[0].outputs[0].text, ['\ufffd\n', '\ufffd 🎉\n']);
  });

  test('takes its durations from a clock that nobody sets', () => {
    const record = readRecord(output);
    const whole = readBatchRecord(path.dirname(output));
    for (const seconds of [record?.seconds, ...(record?.cellSeconds ?? []), whole?.seconds]) {
      assert.ok(seconds !== undefined && seconds >= 0 && seconds < 1800, String(seconds));
    }
  });

  test('ends a detached program with its notebook, and says so', { skip: skipWithoutProc }, async () => {
    assert.deepEqual(await batch.leftAfter(5), []);
    assert.match(
      batch.output,
      /odd: passed in .*; ended 2 programs that its cells had left running: .*sleep 61[12]/,
    );
    assert.match(batch.output, /^odd: passed\n {2}ended 2 programs/m);
  });
});

describe('a disk that fills up', { skip: skipWithoutMounts }, () => {
  let disk: ReturnType<typeof mountOwn>;
  before(() => {
    disk = mountOwn('size=60k');
  });
  after(() => {
    disk.release();
  });

  test('fails the notebook that it has no room for, with a summary, and nothing half written', async () => {
    const large = Array.from({ length: 6 }, () => code("console.log('x'.repeat(15_000));"));
    const batch = new BatchProcess([writeNotebook(folder, 'large', ...large), '--out', disk.folder]);
    assert.equal(await batch.exited, 1, batch.output);
    assert.match(batch.output, /^1 failed in /m);
    assert.match(
      batch.output,
      /large: failed after .*: output in cell .*large\.ipynb can't be written: No space left/,
    );
    assert.doesNotMatch(batch.output, /Traceback|^\s+at /m);
    const notebooks = path.join(disk.folder, 'notebooks');
    assert.deepEqual(
      fs.readdirSync(notebooks).filter((name) => name.startsWith('.')),
      [],
    );
    // As far as it came, and whole.
    assert.ok(executedCells(path.join(notebooks, 'large.ipynb'))[0].outputs.length > 0);
  });
});
