import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { listNotebooks, type Notebook, type NotebookCell } from '../../lib/notebooks/notebook';
import { runNotebook } from '../../lib/notebooks/run';
import { notebooksDir, venvDir } from '../../lib/runtime/paths';
import { code, type ExecutedCell, executedCells, notebook } from './fixtures';

describe('headless runs', () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'notebooks-'));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, content: Notebook): string => {
    const file = path.join(folder, `${name}.ipynb`);
    fs.writeFileSync(file, JSON.stringify(content));
    return file;
  };

  test('an executed notebook has outputs and counts, and the source stays as it was', async () => {
    const file = write('good', notebook(code('const a = 20;'), code('a + 1'), code('console.log({ a });')));
    const before = fs.readFileSync(file, 'utf8');
    const seen: number[] = [];
    const { output, failure } = await runNotebook(file, {
      outDir: path.join(folder, 'out'),
      folder: notebooksDir,
      onProgress: ({ cell }) => seen.push(cell),
    });
    assert.equal(failure, undefined);
    assert.equal(fs.readFileSync(file, 'utf8'), before);
    const cells = executedCells(output);
    assert.deepEqual(
      cells.map(({ execution_count }) => execution_count),
      [1, 2, 3],
    );
    assert.deepEqual(cells[1].outputs[0].data, { 'text/plain': ['21'] });
    assert.deepEqual(cells[2].outputs[0].text, ['{ a: 20 }\n']);
    assert.deepEqual([...new Set(seen)], [0, 1, 2]);
  });

  test('of a notebook that was executed before, no output is left where a run did not come', async () => {
    const content = notebook(code('throw new Error("no")'), code('1'));
    const output = { output_type: 'stream', name: 'stdout', text: 'of another day' };
    const cells = content.cells.map((cell) => ({ ...cell, outputs: [output], execution_count: 7 }));
    const file = write('executed', { ...content, cells });
    const { output: written } = await runNotebook(file, {
      outDir: path.join(folder, 'out'),
      folder: notebooksDir,
    });
    const [, second] = executedCells(written);
    assert.deepEqual([second.outputs, second.execution_count], [[], null]);
  });

  test('a failing cell is named with its error; what ran before it is kept; what follows it did not run', async () => {
    const file = write(
      'bad',
      notebook(code('console.log("before")'), code('throw new RangeError("bad luck")'), code('1')),
    );
    const { output, failure } = await runNotebook(file, {
      outDir: path.join(folder, 'out'),
      folder: notebooksDir,
    });
    assert.deepEqual(failure, {
      kind: 'error',
      cell: { index: 1, count: 2, id: 'cell-1' },
      line: 1,
      message: 'RangeError: bad luck',
    });
    const cells = executedCells(output);
    assert.deepEqual(cells[0].outputs[0].text, ['before\n']);
    assert.equal(cells[1].outputs[0].ename, 'RangeError');
    assert.equal(cells[2].execution_count, null);
  });

  test('a kernel that dies, a cell that takes too long, and a broken file are told apart', async () => {
    const options = { outDir: path.join(folder, 'out'), folder: notebooksDir };
    const abort = "console.log('before');\nawait new Promise((r) => setTimeout(r, 500));\nprocess.abort();";
    const dies = await runNotebook(write('dies', notebook(code(abort))), options);
    assert.equal(dies.failure?.kind, 'dead kernel');
    assert.match(dies.failure.message, /^the kernel was ended by SIGABRT, as native code does/);
    assert.deepEqual(executedCells(dies.output)[0].outputs[0].text, ['before\n']);
    const slow = notebook(code('await new Promise((r) => setTimeout(r, 60_000))'));
    const times = await runNotebook(write('slow', slow), { ...options, cellTimeout: 1 });
    assert.equal(times.failure?.kind, 'cell time-out');
    fs.writeFileSync(path.join(folder, 'broken.ipynb'), '{"cells": [');
    await assert.rejects(
      runNotebook(path.join(folder, 'broken.ipynb'), options),
      /broken\.ipynb is no notebook/,
    );
  });

  test('process.exit is named with its code and line, and what was printed just before is kept', async () => {
    const file = write('exits', notebook(code('console.log("just before");\nprocess.exit(3);')));
    const options = { outDir: path.join(folder, 'out'), folder: notebooksDir };
    const { output, failure } = await runNotebook(file, options);
    assert.deepEqual([failure?.kind, failure?.line], ['error', 2]);
    assert.match(failure!.message, /^ExitError: process\.exit\(3\) was called/);
    assert.deepEqual(executedCells(output)[0].outputs[0].text, ['just before\n']);
  });

  test('what a cell writes after its end is kept below it, not below the cell that runs then', async () => {
    const file = write(
      'late',
      notebook(
        code('setTimeout(() => console.log("late"), 300); console.log("early");'),
        code('await new Promise((r) => setTimeout(r, 1500)); console.log("second");'),
      ),
    );
    const options = { outDir: path.join(folder, 'out'), folder: notebooksDir };
    const { output, failure } = await runNotebook(file, options);
    assert.equal(failure, undefined);
    const texts = executedCells(output).map(({ outputs }) => outputs.map(({ text }) => text));
    assert.deepEqual(texts, [[['early\n', 'late\n']], [['second\n']]]);
  });

  test('plain nbconvert ends with an error for a failing cell, in silence for none', () => {
    const convert = (file: string): number | null =>
      spawnSync(path.join(venvDir, 'bin', 'jupyter'), [
        ...[
          'nbconvert',
          '--to',
          'notebook',
          '--execute',
          '--output-dir',
          path.join(folder, 'converted'),
          file,
        ],
      ]).status;
    assert.equal(convert(write('fails', notebook(code('throw new Error("no")'), code('1')))), 1);
    assert.equal(convert(write('type', notebook(code('const n: number = "text";')))), 1);
    assert.equal(convert(write('passes', notebook(code('1')))), 0);
  });
});

describe('the collection', () => {
  test('is committed without outputs, on its own kernel, with ids and a cell of parameters', () => {
    const files = listNotebooks();
    assert.ok(files.length >= 1);
    for (const file of files) {
      const { cells, metadata } = JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook;
      assert.equal((metadata.kernelspec as { name?: string }).name, 'tslab-cifar10', file);
      for (const cell of cells) {
        assert.ok(typeof cell.id === 'string', `${file} has a cell without an id`);
        if (cell.cell_type !== 'code') continue;
        const { outputs, execution_count } = cell as NotebookCell & ExecutedCell;
        assert.deepEqual([outputs, execution_count], [[], null], `${file}: cell ${cell.id} has outputs`);
      }
      assert.equal(cells.filter(({ metadata: { tags } }) => tags?.includes('parameters')).length, 1, file);
    }
  });
});
