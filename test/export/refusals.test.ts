import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nameOf } from '../../lib/notebooks/notebook';
import { recordFile } from '../../lib/notebooks/record';
import { findChromium, launchChromium } from '../../lib/export/chromium';
import { exportCommand } from '../../lib/export/command';
import { readExecuted, selectExecuted } from '../../lib/export/executed';
import { UserError } from '../../lib/runtime/errors';
import { code, writeNotebook } from '../notebooks/fixtures';
import { rich, writeExecuted } from './fixtures';

describe('what is not exported', () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const executed = (name: string, output: object = rich({ 'text/plain': '1' })): string =>
    writeExecuted(folder, name, [output]);
  const record = (file: string, content: object): void => {
    fs.writeFileSync(recordFile(file), JSON.stringify({ version: 1, ...content }));
  };
  const refusal = (file: string, pattern: RegExp): void => {
    assert.throws(() => readExecuted(file), { name: 'UserError', message: pattern });
  };

  test('a notebook that was not run, or not to its end, with what to run', () => {
    refusal(path.join(folder, '02-gone.ipynb'), /^02-gone has not been run.*`npm run notebooks -- 02-gone`/);
    refusal(writeNotebook(folder, 'source', code('1')), /not run to its end: cell 1 \(cell-0\) was not/);
    refusal(
      executed('error', { output_type: 'error', ename: 'E', evalue: 'no', traceback: [] }),
      /has an error in cell 1 \(cell-0\)/,
    );
  });

  test('a notebook whose record says that it failed, or was cut off', () => {
    const failed = executed('03-bad--batchSize=16');
    record(failed, {
      status: 'failed',
      failure: {
        kind: 'error',
        cell: { index: 2, count: 3, id: 'train' },
        line: 4,
        message: 'Error: no luck.',
      },
    });
    refusal(
      failed,
      /failed when it was run, with error in cell \[3\] \(train\), line 4: Error: no luck\. Mend it, and run `npm run notebooks -- 03-bad`\.$/,
    );
    const running = executed('running');
    record(running, { status: 'running' });
    refusal(running, /still running, or was cut off/);
    const passed = executed('passed');
    record(passed, { status: 'passed' });
    assert.equal(readExecuted(passed).cells.length, 1);
  });

  test('and then no other either, until they alone are named', async () => {
    const good = executed('good');
    const out = path.join(folder, 'out');
    await assert.rejects(exportCommand([good, path.join(folder, 'gone.ipynb'), '--out', out]), {
      name: 'UserError',
      message: /gone has not been run[^]*Nothing was written\. To export the others alone, name them\./,
    });
    assert.equal(fs.existsSync(out), false);
    await assert.rejects(
      exportCommand([good, '--out', folder]),
      /good\.ipynb would be overwritten by an output/,
    );
    await assert.rejects(exportCommand(['--colour']), /--colour[^]*npm run export -- --help/);
  });

  test('anything, where there is no Chromium', async () => {
    await assert.rejects(launchChromium(undefined), { name: 'UserError', message: /Install it .*CHROMIUM/ });
    assert.throws(() => findChromium('/no/such/browser'), /CHROMIUM is \/no\/such\/browser, but/);
    const before = process.env.CHROMIUM;
    process.env.CHROMIUM = process.execPath;
    try {
      const out = path.join(folder, 'without');
      await assert.rejects(exportCommand([executed('good'), '--out', out]), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /could not be started/);
        return true;
      });
      assert.equal(fs.existsSync(out), false);
    } finally {
      if (before === undefined) delete process.env.CHROMIUM;
      else process.env.CHROMIUM = before;
    }
  });

  test('names mean the collection, run or not, and what else was run', () => {
    executed('01-baseline--batchSize=16');
    const choose = (...words: string[]): string[] => selectExecuted(words, folder).map(nameOf);
    assert.deepEqual(choose('01'), ['01-baseline', '01-baseline--batchSize=16']);
    assert.ok(choose().includes('01-baseline'));
    assert.ok(!choose().includes('01-baseline--batchSize=16'));
    assert.throws(() => choose('nothing'), /No notebook begins with "nothing"/);
  });
});
