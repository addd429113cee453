/** A notebook that takes up what the others have trained: when it runs in a batch, and when it runs again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { fingerprintOf } from '../../lib/notebooks/fingerprint';
import { surroundings } from '../report/fixtures';
import { BatchProcess, code, notebook, readingRuns, writeNotebook } from './fixtures';

test('it starts when all others have ended, two at a time too, and again when a run has changed', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reads-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const reader = path.join(folder, '0-reader.ipynb');
  const runs = path.join(folder, 'runs');
  const run = path.join(runs, 'some', 'run.json');
  const content = notebook(code(`(await import('node:fs')).readFileSync(${JSON.stringify(run)}, 'utf8')`));
  fs.writeFileSync(reader, JSON.stringify(readingRuns(content)));
  const quick = writeNotebook(folder, '1-quick', code('1'));
  // RUNS_DIR is told to the kernel as it is meant, whatever folder that starts in.
  const slow = `
    import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
    import * as path from 'node:path';
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const folder = path.join(process.env.RUNS_DIR!, 'some');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'run.json'), '{}');`;
  const training = writeNotebook(folder, '2-training', code(slow));
  const args = [reader, quick, training, '--jobs', '2', '--out', folder, '--resume'];
  const env = { RUNS_DIR: path.relative(process.cwd(), runs) };

  const first = new BatchProcess(args, 'script', env);
  assert.equal(await first.exited, 0, first.output);
  assert.match(first.output, /2-training: passed[^]*0-reader: starts/);
  fs.writeFileSync(run, '{"label": "new"}');
  const second = new BatchProcess(args, 'script', env);
  assert.equal(await second.exited, 0, second.output);
  assert.match(second.output, /^1 passed, 2 unchanged in /m);
  assert.match(second.output, /0-reader: starts again, since the runs that it reads have changed/);
});

test('what a notebook reads has a fingerprint, whatever stands in place of a file of a run', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reads-'));
  const outside = process.env.RUNS_DIR;
  process.env.RUNS_DIR = folder;
  t.after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    if (outside === undefined) delete process.env.RUNS_DIR;
    else process.env.RUNS_DIR = outside;
  });
  const run = {
    ...{ name: 'reader', file: path.join(folder, 'reader.ipynb'), parameters: {} },
    notebook: readingRuns(notebook(code('1'))),
  };
  const digests = [fingerprintOf(run, surroundings).runs];
  fs.mkdirSync(path.join(folder, 'a', 'history.json'), { recursive: true });
  digests.push(fingerprintOf(run, surroundings).runs);
  assert.equal(spawnSync('mkfifo', [path.join(folder, 'a', 'test.json')]).status, 0);
  digests.push(fingerprintOf(run, surroundings).runs);
  fs.symlinkSync('run.json', path.join(folder, 'a', 'run.json'));
  digests.push(fingerprintOf(run, surroundings).runs);
  assert.equal(new Set(digests).size, 4);
});
