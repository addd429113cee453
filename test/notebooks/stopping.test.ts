/** Ctrl-C, kill -9, and two batches at once: what stays, and that nothing goes on running. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';
import { readRecord } from '../../lib/notebooks/record';
import { BatchProcess, code, executedCells, skipWithoutProc, writeNotebook } from './fixtures';

describe('batches that are stopped', { skip: skipWithoutProc }, () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stopping-'));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const output = (name: string): string => path.join(folder, 'notebooks', `${name}.ipynb`);
  /** A cell that tells by a file that it runs, and then waits, for ever if it is let. */
  const waiting = (flag: string): string => `
    (await import('node:fs')).writeFileSync(${JSON.stringify(flag)}, '');
    await new Promise((resolve) => setTimeout(resolve, 600_000));`;
  /** A cell that stops by itself when it is asked, as training does, and saves. */
  const saving = (flag: string, saved: string): string => `
    import * as fs from 'node:fs';
    import { onInterrupt } from ${JSON.stringify(path.join(projectRoot, 'lib', 'runtime', 'interrupt'))};
    fs.writeFileSync(${JSON.stringify(flag)}, '');
    await new Promise<void>((resolve) => { onInterrupt(resolve); setTimeout(resolve, 600_000); });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    fs.writeFileSync(${JSON.stringify(saved)}, 'weights');
    console.log('saved');`;

  test('SIGINT lets the cell save, runs no further cell and no further notebook, and ends with 130', async () => {
    const [flag, saved] = [path.join(folder, 'int-runs'), path.join(folder, 'int-saved')];
    const first = writeNotebook(folder, 'int', code(saving(flag, saved)), code("console.log('never')"));
    const second = writeNotebook(folder, 'int-next', code('1'));
    const batch = new BatchProcess([first, second, '--out', folder]);
    await batch.until(() => fs.existsSync(flag));
    batch.kill('SIGINT');
    assert.equal(await batch.exited, 130, batch.output);
    assert.equal(fs.readFileSync(saved, 'utf8'), 'weights');
    assert.match(batch.output, /^1 failed, 1 not run in /m);
    assert.equal(readRecord(output('int'))?.failure?.kind, 'interrupted');
    const cells = executedCells(output('int'));
    assert.deepEqual(cells[0].outputs[0].text, ['saved\n']);
    assert.deepEqual(cells[1].outputs, []);
    assert.ok(!fs.existsSync(output('int-next')));
    assert.deepEqual(await batch.leftAfter(10), []);
  });

  test('signals reach the runner through npm; a second one ends at once what does not end by itself', async () => {
    const [flag, saved] = [path.join(folder, 'twice-runs'), path.join(folder, 'twice-saved')];
    const stubborn = saving(flag, saved).replace('onInterrupt(resolve)', 'onInterrupt(() => undefined)');
    const file = writeNotebook(folder, 'twice', code(stubborn));
    const batch = new BatchProcess([file, '--out', folder], 'npm');
    await batch.until(() => fs.existsSync(flag));
    batch.kill('SIGTERM');
    await batch.until(() => batch.output.includes('Stopping'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(batch.kernels().length, 1, 'the first leaves the cell its time');
    batch.kill('SIGTERM');
    assert.equal(await batch.exited, 143, batch.output);
    assert.deepEqual(await batch.leftAfter(10), []);
    assert.ok(!fs.existsSync(saved));
  });

  test('a whole notebook that takes too long is stopped like that, too, with what its cells started', async () => {
    const [flag, saved] = [path.join(folder, 'slow-runs'), path.join(folder, 'slow-saved')];
    const child = `import { spawn } from 'node:child_process';\nspawn('sleep', ['600'], { stdio: 'inherit' });`;
    const slow = writeNotebook(folder, 'slow', code(child), code(saving(flag, saved)), code('1'));
    const batch = new BatchProcess([slow, '--timeout', '15', '--out', folder]);
    assert.equal(await batch.exited, 1, batch.output);
    assert.equal(readRecord(output('slow'))?.failure?.kind, 'time-out');
    assert.ok(!fs.existsSync(flag) || fs.existsSync(saved), 'if it ran, it has saved');
    assert.deepEqual(await batch.leftAfter(10), []);
  });

  for (const when of ['while a cell runs', 'while the kernel starts'] as const) {
    test(`kill -9 ${when} leaves nothing alive after 10 s; --resume does what is missing`, async () => {
      const name = `killed-${when.split(' ').at(-1)}`;
      const [flag, release] = [path.join(folder, `${name}-runs`), path.join(folder, `${name}-release`)];
      const done = writeNotebook(folder, `${name}-1`, code('6 * 7'));
      const cell = `if (!(await import('node:fs')).existsSync(${JSON.stringify(release)})) {${waiting(flag)}}`;
      const cut = writeNotebook(folder, `${name}-2`, code(cell));
      const args = [done, cut, '--out', folder];
      const batch = new BatchProcess(args);
      await batch.until(() => readRecord(output(`${name}-1`))?.status === 'passed');
      if (when === 'while a cell runs') await batch.until(() => fs.existsSync(flag));
      else await batch.until(() => readRecord(output(`${name}-2`)) && batch.left().length > 0);
      batch.kill('SIGKILL');
      assert.equal(await batch.exited, 'SIGKILL');
      assert.deepEqual(await batch.leftAfter(10), []);

      fs.writeFileSync(release, '');
      const finished = fs.statSync(output(`${name}-1`)).mtimeMs;
      const resumed = new BatchProcess([...args, '--resume']);
      assert.equal(await resumed.exited, 0, resumed.output);
      assert.match(resumed.output, /^1 passed, 1 unchanged in /m);
      assert.match(resumed.output, /starts again, since its last run was cut off/);
      assert.equal(fs.statSync(output(`${name}-1`)).mtimeMs, finished);
    });
  }

  test('two batches at once in one clone: what both write, they write one after the other', async () => {
    const release = path.join(folder, 'both-release');
    const wait = `
      import * as fs from 'node:fs';
      while (!fs.existsSync(${JSON.stringify(release)})) await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(process.pid);`;
    const file = writeNotebook(folder, 'both', code(wait), code('console.log(process.pid);'));
    const own = writeNotebook(folder, 'own', code('1'));
    const first = new BatchProcess([file, '--out', folder]);
    await first.until(() => first.kernels().length === 1);
    const second = new BatchProcess([file, own, '--jobs', '2', '--out', folder]);
    await second.until(() => second.output.includes('both: waits for another batch that writes it'));
    await second.until(() => second.output.includes('own: passed'));
    fs.writeFileSync(release, '');
    assert.deepEqual(await Promise.all([first.exited, second.exited]), [0, 0], first.output + second.output);
    const [one, two] = executedCells(output('both'));
    assert.deepEqual(one.outputs[0].text, two.outputs[0].text, 'both cells are of one kernel');
    assert.equal(readRecord(output('both'))?.status, 'passed');
    // The one that ended last has written the page anew, with what both have left.
    const report = fs.readFileSync(path.join(folder, 'report', 'index.html'), 'utf8');
    for (const name of ['both', 'own']) assert.ok(report.includes(`>${name}</th>`), name);
  });
});
