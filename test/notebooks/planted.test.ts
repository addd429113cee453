/** Ten planted notebooks, nine of which go wrong, each in its own way: `test/notebooks/planted`. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunRecord } from '../../lib/notebooks/record';
import { BatchProcess, executedCells } from './fixtures';

const planted = path.join('test', 'notebooks', 'planted');
let out: string;

before(() => {
  out = fs.mkdtempSync(path.join(os.tmpdir(), 'planted-'));
});
after(() => {
  fs.rmSync(out, { recursive: true, force: true });
});

const recordOf = (name: string): RunRecord =>
  JSON.parse(fs.readFileSync(path.join(out, 'notebooks', `${name}.run.json`), 'utf8')) as RunRecord;
const failureOf = (name: string): (string | number | null | undefined)[] => {
  const { failure } = recordOf(name);
  return [failure?.kind, failure?.cell?.id, failure?.line, failure?.message];
};

describe('ten planted notebooks, two at a time, keep-going', () => {
  let batch: BatchProcess;
  before(async () => {
    batch = new BatchProcess([
      ...[planted, '--set', 'count=4', '--keep-going', '--jobs', '2', '--cell-timeout', '20', '--out', out],
    ]);
    await batch.exited;
  });

  test('ends with 1, has run all that can be run, and leaves no process', async () => {
    assert.equal(await batch.exited, 1, batch.output);
    assert.match(batch.output, /^2 passed, 6 failed, 2 could not be run in /m);
    assert.deepEqual(await batch.leftAfter(10), []);
    assert.deepEqual(
      fs.readdirSync(path.join(out, 'notebooks')).filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('ends by naming the report, which has all ten with what went wrong', () => {
    const report = path.join(out, 'report', 'index.html');
    assert.ok(batch.output.includes(`Report: ${report}`), batch.output.slice(-500));
    const page = fs.readFileSync(report, 'utf8');
    assert.equal(page.match(/<span class="status /g)?.length, 10);
    assert.match(
      page,
      /<strong>02-throws<\/strong>: error in cell \[4\] \(throw\), line 2: RangeError: bad luck/,
    );
    assert.match(page, /<strong>09-unreadable<\/strong>: .*09-unreadable\.ipynb is no notebook/);
    assert.match(page, /built-in sample/);
  });

  test('one passes, with its parameter, and says what it found', () => {
    assert.equal(recordOf('01-passes').status, 'passed');
    assert.equal(recordOf('01-passes').finding, 'short 10');
    const cells = executedCells(path.join(out, 'notebooks', '01-passes.ipynb'));
    assert.deepEqual(cells[3].outputs[0].text, ['short 10\n']);
  });

  test('a throw: its cell, its line, its error; what came before is kept', () => {
    assert.deepEqual(failureOf('02-throws'), ['error', 'throw', 2, 'RangeError: bad luck']);
    assert.match(
      batch.output,
      /02-throws: failed after .*: error in cell \[4\] \(throw\), line 2: RangeError: bad luck/,
    );
    const cells = executedCells(path.join(out, 'notebooks', '02-throws.ipynb'));
    assert.deepEqual(cells[2].outputs[0].text, ['before\n']);
    assert.equal(cells[3].outputs[0].ename, 'RangeError');
    assert.equal(cells[4].execution_count, null);
  });

  test('a type error: its line, before the cell has run', () => {
    assert.deepEqual(failureOf('03-type-error'), [
      ...['error', 'types', 2, "TypeScriptError: Type 'string' is not assignable to type 'number'."],
    ]);
  });

  test('a time-out', () => {
    const [kind, id, , message] = failureOf('04-times-out');
    assert.deepEqual([kind, id, message], ['cell time-out', 'sleep', 'the cell took longer than 20 s']);
  });

  test('a kernel that kills itself; what came before is kept', () => {
    const [kind, id, , message] = failureOf('05-kernel-dies');
    assert.deepEqual([kind, id], ['dead kernel', 'die']);
    assert.match(String(message), /^the kernel was ended by SIGKILL/);
    const cells = executedCells(path.join(out, 'notebooks', '05-kernel-dies.ipynb'));
    assert.deepEqual(cells[2].outputs[0].text, ['before\n']);
  });

  test('50,000 lines of output, every one of them', () => {
    assert.equal(recordOf('06-many-lines').status, 'passed');
    const { outputs } = executedCells(path.join(out, 'notebooks', '06-many-lines.ipynb'))[2];
    const lines = outputs.flatMap(({ text }) => text ?? []);
    assert.deepEqual(
      lines,
      Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`),
    );
  });

  test('a rejected promise that nobody awaits fails the notebook, and names the cell that made it', () => {
    assert.deepEqual(failureOf('07-unheard-rejection'), [
      ...['error', 'start', 1],
      'Error: nobody heard (after the cell had ended, and nothing awaited it)',
    ]);
    // The innocent cell that ran meanwhile was not stopped.
    const [innocent] = executedCells(path.join(out, 'notebooks', '07-unheard-rejection.ipynb')).slice(-1);
    const text = innocent.outputs.flatMap((output) => output.text ?? []).join('');
    assert.match(text, /the cell that trains at that moment goes on/);
  });

  test('an unknown parameter and an unreadable file are told, and nothing of them is run', () => {
    assert.match(
      batch.output,
      /08-unknown-parameter: not run: 08-unknown-parameter has no parameter "count"; it has label\./,
    );
    assert.match(batch.output, /09-unreadable: not run: .*09-unreadable\.ipynb is no notebook: /);
    for (const name of ['08-unknown-parameter', '09-unreadable']) {
      assert.ok(!fs.existsSync(path.join(out, 'notebooks', `${name}.ipynb`)), name);
    }
  });

  test('one that asks for input is told that nobody is there', () => {
    const [kind, id, , message] = failureOf('10-asks-for-input');
    assert.deepEqual([kind, id], ['error', 'ask']);
    assert.match(String(message), /^UserError: This cell asks for input/);
  });
});

test('by default, a notebook that cannot be run as asked stops the batch before anything runs, with 2', async () => {
  const own = path.join(out, 'default');
  const batch = new BatchProcess([planted, '--set', 'count=4', '--out', own]);
  assert.equal(await batch.exited, 2, batch.output);
  assert.match(
    batch.output,
    /has no parameter "count"[^]*09-unreadable[^]*Nothing was run\. With --keep-going/,
  );
  assert.ok(!fs.existsSync(own));
});

test('fail-fast stops at the first, with 1', async () => {
  const own = path.join(out, 'fast');
  const files = ['01-passes', '02-throws', '06-many-lines'].map((name) =>
    path.join(planted, `${name}.ipynb`),
  );
  const batch = new BatchProcess([...files, '--fail-fast', '--out', own]);
  assert.equal(await batch.exited, 1, batch.output);
  assert.match(batch.output, /^1 passed, 1 failed, 1 not run in /m);
  assert.ok(!fs.existsSync(path.join(own, 'notebooks', '06-many-lines.ipynb')));
  assert.deepEqual(await batch.leftAfter(10), []);
});
